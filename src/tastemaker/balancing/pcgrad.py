"""PCGrad: from each gradient, its part against any other is taken away."""

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import GramianAggregator, of_weighted_losses
from tastemaker.balancing.randomness import drawing_from, new_generator


class ProjectedGradients(GramianAggregator):
    """Sum of the gradients of λᵢ Lᵢ, each projected onto the normal planes of those that it conflicts with.

    Yu et al., "Gradient Surgery for Multi-Task Learning", NeurIPS 2020. The order of projections is random, from a
    generator of its own.
    """

    def __init__(self, task_weights: Tensor, seed: int) -> None:
        super().__init__(task_weights)
        self._solve = of_weighted_losses(aggregation.PCGradWeighting())
        self.generator = new_generator(torch.device("cpu"), seed)

    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """See `GramianAggregator.solve`."""
        with drawing_from(self.generator):
            return self._solve(gramian, self.task_weights[takes_part])

    def get_extra_state(self) -> Tensor:
        """Where the generator stands."""
        return self.generator.get_state()

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from there."""
        self.generator.set_state(state.cpu())
