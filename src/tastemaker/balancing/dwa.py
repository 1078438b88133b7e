"""Dynamic weight average: more weight to losses that fall more slowly than others."""

from collections.abc import Callable

import torch
from torch import Tensor
from torchjd import scalarization

from tastemaker.balancing.weighting import LossWeighting, leaning, says_something


class DynamicWeightAverage(LossWeighting):
    """Σ λᵢ wᵢ Lᵢ, w = K softmax(r / temperature), rᵢ the mean loss of the last window over that of the one before.

    Liu et al., "End-to-End Multi-Task Learning with Attention", CVPR 2019. A window is so many optimizer steps. The
    rates are those of the losses themselves; λᵢ multiplies the weights. A loss that says nothing counts in its window
    as what it was when last seen.
    """

    seen: Tensor
    """`[K]`, each loss when last seen."""
    total: Tensor
    """`[K]`, sum over the window at hand."""
    means: Tensor
    """`[2, K]`, of the two windows before, older first."""
    counts: Tensor
    """`[3]`: losses added to the total, steps of the window at hand, windows done."""

    def __init__(self, task_weights: Tensor, window: int, temperature: float) -> None:
        super().__init__(task_weights)
        self.window, self.temperature = window, temperature
        self.register_buffer("seen", torch.ones_like(task_weights))
        self.register_buffer("total", torch.zeros_like(task_weights))
        self.register_buffer("means", torch.ones(2, len(task_weights), device=task_weights.device))
        self.register_buffer("counts", torch.zeros(3, dtype=torch.long, device=task_weights.device))

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        self.seen = torch.where(says_something(losses), losses.detach(), self.seen)
        self.total = self.total + self.seen
        self.counts[0] += 1
        return self._scalarizer()(leaning(losses, self.task_weights))

    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Close the window after its last step; one without any loss goes on."""
        self.counts[1] += 1
        if self.counts[1] >= self.window and self.counts[0] > 0:
            self.means = torch.stack((self.means[1], self.total / self.counts[0]))
            self.total = torch.zeros_like(self.total)
            self.counts[:2] = 0
            self.counts[2] += 1

    def _scalarizer(self) -> scalarization.DWA:
        """One that has seen the two windows before; weights are even until there are two."""
        scalarizer = scalarization.DWA(self.temperature)
        if self.counts[2] >= 2:
            for mean in self.means:
                scalarizer(mean)
                scalarizer.step()
        return scalarizer
