"""GradDrop: for every parameter a sign is drawn, and gradients of the other sign are dropped there."""

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import Aggregator
from tastemaker.balancing.randomness import drawing_from, new_generator


class GradientSignDropout(Aggregator):
    """Sum of those gradients of λᵢ Lᵢ whose sign was drawn, of the others a share of `leak`.

    Chen et al., "Just Pick a Sign: Optimizing Deep Multitask Models with Gradient Sign Dropout", NeurIPS 2020. A sign
    is the likelier the more of the gradient has it. As it may differ from parameter to parameter, there are no weights
    of tasks. Draws come from a generator of its own.
    """

    weighs_tasks = False

    def __init__(self, task_weights: Tensor, leak: float, seed: int) -> None:
        super().__init__(task_weights)
        self._aggregator = aggregation.GradDrop(leak=torch.full_like(task_weights, leak))
        self.generator = new_generator(task_weights.device, seed)

    @torch.no_grad()
    def forward(self, jacobian: Tensor) -> Tensor:
        """See `Aggregator.forward`."""
        with drawing_from(self.generator):
            gradient: Tensor = self._aggregator(self.task_weights.unsqueeze(1) * jacobian)
        return gradient

    def get_extra_state(self) -> Tensor:
        """Where the generator stands."""
        return self.generator.get_state()

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from there."""
        self.generator.set_state(state.cpu())
