"""Random loss weighting: weights drawn anew for every batch, which others have to beat."""

from torch import Tensor
from torchjd import scalarization

from tastemaker.balancing.randomness import drawing_from, new_generator
from tastemaker.balancing.weighting import LossWeighting, leaning, says_something


class RandomWeights(LossWeighting):
    """Σ λᵢ wᵢ Lᵢ over the tasks of a batch, w the softmax of normal draws from a generator of its own.

    Lin et al., "Reasonable Effectiveness of Random Weighting", TMLR 2022.
    """

    def __init__(self, task_weights: Tensor, seed: int) -> None:
        super().__init__(task_weights)
        self.scalarizer = scalarization.Random()
        self.generator = new_generator(task_weights.device, seed)

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        with drawing_from(self.generator):
            return self.scalarizer(leaning(losses, self.task_weights)[says_something(losses)])

    def get_extra_state(self) -> Tensor:
        """Where the generator stands."""
        return self.generator.get_state()

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from there."""
        self.generator.set_state(state.cpu())
