"""Learning a few batches by heart."""

from collections.abc import Sequence

import torch

from tastemaker.model.batch import Batch
from tastemaker.model.network import Network
from tastemaker.training.losses import TrivialLosses, task_losses


def learnt(network: Network, batches: Sequence[Batch], trivial: TrivialLosses, steps: int = 150) -> dict[str, float]:
    """What is left of each task's loss, as a share of the first, after so many steps on the same batches together."""
    network.label_heads.train()
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    first: dict[str, float] = {}
    left: dict[str, list[float]] = {}
    for _ in range(steps):
        vectors, losses = network.item_table(), dict[str, torch.Tensor]()
        for batch in batches:
            losses |= task_losses(network, batch, vectors, trivial)
        first = first or {task: float(loss.detach()) for task, loss in losses.items()}
        for task, loss in losses.items():
            left.setdefault(task, []).append(float(loss.detach()) / first[task])
        optimizer.zero_grad()
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        optimizer.step()
    return {task: min(shares[-20:]) for task, shares in left.items()}  # a step of this size may overshoot
