"""Loss weighting: the task losses become one scalar, through torchjd, in one backward pass."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor, nn
from torchjd.scalarization import UW, Constant

LOG_BOUND: Final = 3.0
"""A learned logarithm of a weight stays within ± this, so that no task is silenced or takes over."""
NOTHING: Final = 1e-6
"""A loss up to this says nothing: its task is missing from the batch, was left out, or has nothing to learn."""


class LossWeighting(nn.Module, ABC):
    """Scalarizer(losses [K]) -> scalar. May hold parameters and state, and ask for more than the losses.

    A loss of zero says nothing: its task is not in the batch. It neither gets a weight nor changes that of another.
    """

    task_weights: Tensor
    """λ `[K]`, those of the recipe."""
    used: Tensor
    """`[K]`, the derivative of the last scalar in each loss; of a task without a loss, what it was before."""

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__()
        self.register_buffer("task_weights", task_weights)
        self.register_buffer("used", task_weights.clone())

    @abstractmethod
    def combine(self, losses: Tensor) -> Tensor:
        """The scalar to minimise, from the losses `[K]`, each already divided by its trivial value."""

    def forward(self, losses: Tensor) -> Tensor:
        """Combine the losses `[K]` and remember what became of each."""
        scalar = self.combine(losses)
        if scalar.requires_grad and losses.requires_grad:
            (used,) = torch.autograd.grad(scalar, losses, retain_graph=True, materialize_grads=True)
            self.used = torch.where(says_something(losses), used.detach(), self.used)
        return scalar

    def before_backward(self, gradients: Callable[[], Tensor]) -> None:
        """Called before the losses are combined; `gradients()` takes theirs in the last shared features, `[K, F]`."""

    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Called after every optimizer step; `new_losses()` computes the losses `[K]` of the last batch again."""

    def weights(self) -> Tensor:
        """The factor of each task's loss at present, `[K]`."""
        return self.used


def says_something(losses: Tensor) -> Tensor:
    """Which of the losses `[K]` take part, `[K]`."""
    return losses.detach() > NOTHING


def leaning(losses: Tensor, task_weights: Tensor) -> Tensor:
    """The losses `[K]` as they are, whose gradients are multiplied by the recipe's weights `[K]`.

    A method that brings losses to one scale undoes a factor before them. So it balances them without, and λᵢ
    multiplies the weight that it finds for task i.
    """
    return losses.detach() + task_weights * (losses - losses.detach())


class Fixed(LossWeighting):
    """The recipe's own weights: L(θ) = Σ λᵢ Lᵢ(θ)."""

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        return Constant(self.task_weights)(losses)


class Uncertainty(LossWeighting):
    """Weights learned as the tasks' noise: Σ λᵢ e^(-sᵢ) Lᵢ / 2 + sᵢ / 2 with bounded log-variances sᵢ.

    Kendall et al., "Multi-Task Learning Using Uncertainty to Weigh Losses", CVPR 2018. λᵢ has no part in the gradient
    of sᵢ, which would undo it.
    """

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__(task_weights)
        self.scalarizer = UW(len(task_weights)).to(task_weights.device)

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`; a loss that says nothing is given the value at which sᵢ rests."""
        resting = self.scalarizer.log_var.detach().exp()
        return self.scalarizer(torch.where(says_something(losses), leaning(losses, self.task_weights), resting))

    @torch.no_grad()
    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Keep the log-variances within their bounds."""
        self.scalarizer.log_var.clamp_(-LOG_BOUND, LOG_BOUND)
