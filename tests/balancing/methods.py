"""What the tests of all balancing methods share: the methods that are installed, losses, and a small model."""

from importlib.util import find_spec

import torch
from torch import Tensor, nn

from tastemaker.balancing import AGGREGATORS, WEIGHTINGS, Combiner, Given, Parameters, TaskLosses, build_combiner
from tastemaker.balancing.config import BalancingConfig

WEIGHTS = torch.tensor([1.0, 0.5, 2.0])
ORDER = [2, 0, 1]
NEEDS = {"upgrad": "quadprog", "dualproj": "quadprog", "nash_mtl": "ecos"}
"""Modules of the opt-in extra."""
AGGREGATED = [name for name in AGGREGATORS if name not in NEEDS or find_spec(NEEDS[name])]
METHODS = [*WEIGHTINGS, *AGGREGATED]
RANDOM = ("random", "pcgrad", "gradvac", "graddrop")


class Small(nn.Module):
    """Three tasks, each with inputs and a head of its own, on one trunk: regressions on the same hidden features."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.trunk = nn.Sequential(nn.Linear(4, 6), nn.Tanh())
        self.heads = nn.ModuleList(nn.Linear(6, 1) for _ in range(3))
        self.inputs = torch.randn(3, 16, 4)
        self.targets = torch.stack([torch.tanh(inputs @ torch.randn(4, 1)) for inputs in self.inputs])

    def read(self, missing: int | None = None, parts: int = 1) -> TaskLosses:
        """A forward pass, without the task that is `missing`."""
        features = [self.trunk(inputs) for inputs in self.inputs]
        losses = [
            (head(states) - target).square().mean()
            for head, states, target in zip(self.heads, features, self.targets, strict=True)
        ]
        return TaskLosses(tuple(None if task == missing else it for task, it in enumerate(losses)), features, parts)

    def losses(self) -> Tensor:
        """`[3]`, without gradient."""
        with torch.no_grad():
            return torch.stack([loss for loss in self.read().losses if loss is not None])

    def combiner(self, method: str, weights: Tensor = WEIGHTS, **changes: object) -> Combiner:
        """What would train it."""
        config = BalancingConfig(method, **changes)  # type: ignore[arg-type]
        parts = Parameters(tuple(self.trunk.parameters()), tuple(self.heads.parameters()))
        return build_combiner(Given(weights, config, seed=3), parts)


def gradients(model: Small, combiner: Combiner, step: TaskLosses) -> dict[str, Tensor]:
    """Of every parameter, after one step."""
    model.zero_grad()
    combiner.backward(step)
    combiner.before_step()
    return {name: torch.zeros_like(it) if it.grad is None else it.grad for name, it in model.named_parameters()}
