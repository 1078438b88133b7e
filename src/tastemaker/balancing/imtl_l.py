"""IMTL-L: scales that bring all losses to one size are learned beside the model."""

from collections.abc import Callable

import torch
from torch import Tensor
from torchjd.scalarization import IMTLL

from tastemaker.balancing.weighting import LOG_BOUND, LossWeighting, leaning, says_something


class ScaledLosses(LossWeighting):
    """Σ λᵢ e^(sᵢ) Lᵢ - sᵢ with bounded scales sᵢ, at rest where e^(sᵢ) Lᵢ = 1.

    Liu et al., "Towards Impartial Multi-Task Learning", ICLR 2021. λᵢ has no part in the gradient of sᵢ, which would
    undo it.
    """

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__(task_weights)
        self.scalarizer = IMTLL(len(task_weights)).to(task_weights.device)

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`; a loss that says nothing is given the value at which sᵢ rests."""
        resting = (-self.scalarizer.log_scale.detach()).exp()
        return self.scalarizer(torch.where(says_something(losses), leaning(losses, self.task_weights), resting))

    @torch.no_grad()
    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Keep the scales within their bounds."""
        self.scalarizer.log_scale.clamp_(-LOG_BOUND, LOG_BOUND)
