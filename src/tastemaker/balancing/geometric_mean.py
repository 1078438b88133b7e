"""Geometric mean of the losses: a fall by one percent counts alike in each."""

from torch import Tensor
from torchjd import scalarization

from tastemaker.balancing.weighting import LossWeighting, leaning, says_something


class GeometricMean(LossWeighting):
    """(Π Lᵢ)^(1/K) over the tasks of a batch; λᵢ multiplies the gradient of task i, as an exponent would.

    Chennupati et al., "MultiNet++", CVPR Workshops 2019.
    """

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        if not says_something(losses).any():
            return losses.sum()
        return scalarization.GeometricMean()(leaning(losses, self.task_weights)[says_something(losses)])
