"""GradVac: gradients less alike than their tasks used to be are bent towards each other."""

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import GramianAggregator
from tastemaker.balancing.randomness import drawing_from, new_generator


class GradientVaccine(GramianAggregator):
    """Sum of the gradients of λᵢ Lᵢ, each moved to the cosine with every other that a moving average sets.

    Wang et al., "Gradient Vaccine", ICLR 2021. The order of corrections is random, from a generator of its own; a task
    that says nothing keeps its averages.
    """

    cosines: Tensor
    """`[K, K]`, the moving averages."""

    def __init__(self, task_weights: Tensor, beta: float, seed: int) -> None:
        super().__init__(task_weights)
        self.beta = beta
        self.generator = new_generator(torch.device("cpu"), seed)
        self.register_buffer("cosines", task_weights.new_zeros(len(task_weights), len(task_weights)))

    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """See `GramianAggregator.solve`."""
        rows = takes_part.nonzero().squeeze(1)
        weighting = aggregation.GradVacWeighting(self.beta)
        held = self.cosines[rows[:, None], rows].to("cpu", gramian.dtype)
        weighting.register_buffer("_phi_t", held)  # torchjd lets nobody set what it remembers
        weighting._state_key = (len(rows), gramian.dtype)
        given = self.task_weights[takes_part]
        with drawing_from(self.generator):
            weights = given * weighting(gramian * given.outer(given))
        self.cosines[rows[:, None], rows] = held.to(self.cosines)
        return weights

    def get_extra_state(self) -> Tensor:
        """Where the generator stands."""
        return self.generator.get_state()

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from there."""
        self.generator.set_state(state.cpu())
