"""Loss weighting in the loop: the losses become one scalar, and one backward pass gives all gradients."""

from collections.abc import Callable

import torch
from torch import Tensor

from tastemaker.balancing.combiner import Combiner, TaskLosses
from tastemaker.balancing.features import feature_jacobian
from tastemaker.balancing.weighting import LossWeighting


class OneBackward(Combiner):
    """Any `LossWeighting`."""

    def __init__(self, weighting: LossWeighting) -> None:
        super().__init__()
        self.weighting = weighting

    def backward(self, step: TaskLosses) -> None:
        """See `Combiner.backward`."""
        device = self.weighting.task_weights.device
        losses = torch.stack([torch.zeros((), device=device) if it is None else it for it in step.losses])
        if losses.requires_grad:
            self.weighting.before_backward(lambda: feature_jacobian(step.losses, step.features))
            torch.autograd.backward(self.weighting(losses) / step.parts)

    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """See `Combiner.after_step`."""
        self.weighting.after_step(new_losses)

    def weights(self) -> Tensor:
        """See `Combiner.weights`."""
        return self.weighting.weights()
