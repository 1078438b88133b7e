"""Loss weighting: the task losses become one scalar, through torchjd, in one backward pass."""

from typing import Protocol

import torch
from torch import Tensor, nn
from torchjd.scalarization import UW, Constant

LOG_VARIANCE_BOUND = 3.0
"""A learned log-variance stays within ± this, so that no task is silenced or takes over."""


class LossWeighting(Protocol):
    """Scalarizer(losses [K]) -> scalar. May hold parameters and state."""

    def __call__(self, losses: Tensor) -> Tensor:
        """Combine the task losses `[K]`, each already divided by its trivial value, into the scalar to minimise."""
        ...

    def after_step(self) -> None:
        """Called after every optimizer step."""
        ...

    def weights(self) -> Tensor:
        """The factor of each task's loss at present, `[K]`."""
        ...


class Fixed(nn.Module):
    """The recipe's own weights: L(θ) = Σ λᵢ Lᵢ(θ)."""

    task_weights: Tensor

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__()
        self.register_buffer("task_weights", task_weights)

    def forward(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.__call__`."""
        return Constant(self.task_weights)(losses)

    def after_step(self) -> None:
        """Nothing to do."""

    def weights(self) -> Tensor:
        """The recipe's weights."""
        return self.task_weights


class Uncertainty(nn.Module):
    """Weights learned as the tasks' noise: Σ λᵢ (e^(-sᵢ) Lᵢ + sᵢ) / 2 with bounded log-variances sᵢ.

    Kendall et al., "Multi-Task Learning Using Uncertainty to Weigh Losses", CVPR 2018.
    """

    task_weights: Tensor

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__()
        self.register_buffer("task_weights", task_weights)
        self.scalarizer = UW(len(task_weights)).to(task_weights.device)

    def forward(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.__call__`."""
        return self.scalarizer(self.task_weights * losses)

    @torch.no_grad()
    def after_step(self) -> None:
        """Keep the log-variances within their bounds."""
        self.scalarizer.log_var.clamp_(-LOG_VARIANCE_BOUND, LOG_VARIANCE_BOUND)

    def weights(self) -> Tensor:
        """λᵢ e^(-sᵢ) / 2."""
        return self.task_weights * torch.exp(-self.scalarizer.log_var.detach()) / 2
