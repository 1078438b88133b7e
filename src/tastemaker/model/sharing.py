"""What stands between the shared trunk and the heads, so that tasks need not read the very same states.

It reads the trunk's states where something is to be predicted, and only there: tasks of one group go on sharing their
forward pass, a cache of the trunk's states goes on serving every task, and the price is small. Each kind adds to the
states a term whose last layer starts at zero: at first they are the trunk's own, which the heads of a pretrained
trunk, and tables that are tied to its inputs, are made for.

In: the name of a task of the recipe, and states `[N, D]` of the trunk. Out: `[N, D]`, what the task's heads read. The
parameters of one task stand under `own.TASK` and `gates.TASK`.
"""

from collections.abc import Collection
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.model.config import ModelConfig


class Bottleneck(nn.Module):
    """`U gelu(W norm(h))`, U starting at zero."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.down, self.up = nn.Linear(width, inner), nn.Linear(inner, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, states: Tensor) -> Tensor:
        """`[N, D]` for `[N, D]`."""
        added: Tensor = self.up(F.gelu(self.down(self.norm(states))))
        return added


class Adapters(nn.Module):
    """One bottleneck a task, added to its states.

    Source:
        Houlsby et al., "Parameter-Efficient Transfer Learning for NLP", ICML 2019. Theirs stand within every layer,
        which would take a forward pass, and a cache, for each task.
    """

    def __init__(self, tasks: Collection[str], width: int, config: ModelConfig) -> None:
        super().__init__()
        self.own = nn.ModuleDict({task: Bottleneck(width, config.sharing_width) for task in tasks})

    def forward(self, task: str, states: Tensor) -> Tensor:
        """`[N, D]` for `[N, D]`."""
        added: Tensor = self.own[task](states)
        return states + added


class Experts(nn.Module):
    """Experts that all tasks share, and some of each task's own, mixed by a gate of the task's and added to its states.

    Source:
        Ma et al., "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts", KDD 2018.
        Tang et al., "Progressive Layered Extraction", RecSys 2020, for experts of a task's own, in one layer.
    """

    def __init__(self, tasks: Collection[str], width: int, config: ModelConfig) -> None:
        super().__init__()

        def made(count: int) -> nn.ModuleList:
            return nn.ModuleList(Bottleneck(width, config.sharing_width) for _ in range(count))

        self.shared = made(config.experts)
        self.own = nn.ModuleDict({task: made(config.own_experts) for task in tasks})
        self.norm = nn.LayerNorm(width)
        total = config.experts + config.own_experts
        self.gates = nn.ModuleDict({task: nn.Linear(width, total) for task in tasks})

    def forward(self, task: str, states: Tensor) -> Tensor:
        """`[N, D]` for `[N, D]`."""
        own = self.own[task]
        assert isinstance(own, nn.ModuleList)
        said = torch.stack([expert(states) for expert in (*self.shared, *own)], dim=-1)
        shares = self.gates[task](self.norm(states)).softmax(-1)
        mixed: Tensor = (said * shares.unsqueeze(1)).sum(-1)
        return states + mixed


SHARINGS: Final[dict[str, type[Adapters] | type[Experts]]] = {"adapters": Adapters, "experts": Experts}
"""By `model.sharing`; `hard` has nothing between trunk and heads."""
