"""Smooth Tchebycheff scalarization: a smooth maximum of the losses, so that the worst task counts most."""

from torch import Tensor
from torchjd import scalarization

from tastemaker.balancing.weighting import LossWeighting, says_something


class SmoothTchebycheff(LossWeighting):
    """μ ln Σ e^(vᵢ Lᵢ / μ) over the tasks of a batch, v = λ over the mean λ: a task of more weight counts as worse.

    Lin et al., "Smooth Tchebycheff Scalarization for Multi-Objective Optimization", ICML 2024.
    """

    def __init__(self, task_weights: Tensor, mu: float) -> None:
        super().__init__(task_weights)
        self.mu = mu

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        takes_part = says_something(losses)
        if not takes_part.any():
            return losses.sum()
        preferences = self.task_weights / self.task_weights.mean()
        return scalarization.STCH(self.mu, preferences[takes_part])(losses[takes_part])
