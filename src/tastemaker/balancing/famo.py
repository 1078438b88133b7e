"""FAMO: all losses are to fall at one rate, judged by what a step did to them."""

from collections.abc import Callable

import torch
from torch import Tensor
from torchjd import scalarization

from tastemaker.balancing.weighting import LossWeighting, leaning, says_something

RESTING = 1.0
"""Stands for a loss that says nothing: it has no share in c, and seems to fall as much as all others together."""
LEAST = 1e-12
"""Keeps a step in which none says anything from a division by zero."""


class FastAdaptive(LossWeighting):
    """c Σ λᵢ zᵢ ln Lᵢ, z = softmax(w); after each step w follows how far each ln Lᵢ fell.

    Liu et al., "FAMO: Fast Adaptive Multitask Optimization", NeurIPS 2023. The losses of the batch are computed again
    after the step, with the same dropout: one more forward pass. λᵢ multiplies the gradient of task i alone, so that
    rates are those of the losses themselves.
    """

    before: Tensor
    """`[K]`, the losses of this step."""

    def __init__(self, task_weights: Tensor, rate: float) -> None:
        super().__init__(task_weights)
        self.scalarizer = scalarization.FAMO(len(task_weights), lr=rate).to(task_weights.device)
        self.register_buffer("before", torch.zeros_like(task_weights), persistent=False)

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`."""
        self.before, takes_part = losses.detach(), says_something(losses)
        stood = torch.where(takes_part, leaning(losses, self.task_weights), RESTING)
        shares = self._shares() / stood.detach()
        return self.scalarizer(stood) * shares.sum() / (shares * takes_part).sum().clamp_min(LEAST)

    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Compare the losses after the step with those before it."""
        after = new_losses()
        takes_part = says_something(after) & says_something(self.before)
        if takes_part.sum() > 1:  # of a task alone nothing can be said beside others
            stood = torch.where(says_something(self.before), self.before, RESTING)
            falls = stood.log() - torch.where(takes_part, after, stood).log()
            shares = self._shares() * takes_part
            as_others = (shares * falls).sum() / shares.sum()
            self.scalarizer.update(stood * torch.where(takes_part, falls, as_others).neg().exp())

    def _shares(self) -> Tensor:
        """z, `[K]`."""
        shares: Tensor = self.scalarizer._w.detach().softmax(0)
        return shares

    def get_extra_state(self) -> Tensor:
        """What the optimizer within torchjd's FAMO remembers, `[3, K]`; zeros before its first step."""
        optimizer = self.scalarizer._optimizer  # torchjd shows it nowhere else
        if optimizer is None:
            return torch.zeros(3, len(self.task_weights), device=self.task_weights.device)
        found = optimizer.state[self.scalarizer._w]
        mean = found["exp_avg"]
        return torch.stack((mean, found["exp_avg_sq"], found["step"].to(mean.device).expand_as(mean)))

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from such a state."""
        if not state[2].any():
            return
        logits = self.scalarizer._w
        optimizer = torch.optim.Adam([logits], lr=self.scalarizer.lr, weight_decay=self.scalarizer.weight_decay)
        mean, square, step = (part.to(logits.device, copy=True) for part in state)
        optimizer.state[logits] = {"step": step[0].cpu(), "exp_avg": mean, "exp_avg_sq": square}
        self.scalarizer._optimizer = optimizer
