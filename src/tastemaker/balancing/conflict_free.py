"""ConFIG: the direction that lowers all losses, each in proportion to what the recipe gives it."""

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import GramianAggregator, square_root


class ConflictFree(GramianAggregator):
    """The direction whose cosines with the gradients are as λ, as long as all gradients reach along it together.

    Liu et al., "ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks", ICLR 2025. The direction
    lies in the span of the gradients: it is found in their K dimensions, and told as weights. The mean of λ multiplies
    it, so that λ of a task alone in its step does.
    """

    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """See `GramianAggregator.solve`."""
        rows = square_root(gramian)
        preferences = self.task_weights[takes_part].double()
        direction = aggregation.ConFIG(preferences)(rows)
        weights: Tensor = preferences.mean() * (torch.linalg.pinv(rows.T) @ direction)
        return weights
