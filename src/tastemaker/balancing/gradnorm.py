"""GradNorm: weights under which the gradients of all tasks are of one size, but for how slowly each learns."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from tastemaker.balancing.weighting import LossWeighting, says_something

LEAST_WEIGHT = 0.05
"""No task is silenced."""


class GradNorm(LossWeighting):
    """Σ λᵢ wᵢ Lᵢ, where w descends Σ |wᵢ nᵢ - n̄ rᵢ^α| and sums to K.

    nᵢ is the norm of the gradient of Lᵢ in the last shared features, n̄ the mean of wᵢ nᵢ, and rᵢ how slowly task i
    learns: its loss over its first loss, over the mean of that over tasks. λᵢ multiplies the weight that is found.
    The weights are learned by the optimizer of the model, at the balancer's learning rate. A task that takes turns with
    others, and so stands alone in its step, is measured by what these were when last seen.

    Chen et al., "GradNorm: Gradient Normalization for Adaptive Loss Balancing", ICML 2018.
    """

    first: Tensor
    """`[K]`, each loss when it was first seen, 0 until then."""
    last: Tensor
    """`[K]`, each loss when it was last seen."""
    norms: Tensor
    """`[K]`, nᵢ when it was last measured, 0 until then."""

    def __init__(self, task_weights: Tensor, alpha: float) -> None:
        super().__init__(task_weights)
        self.alpha = alpha
        self.factors = nn.Parameter(torch.ones_like(task_weights))
        self.register_buffer("first", torch.zeros_like(task_weights))
        self.register_buffer("last", torch.zeros_like(task_weights))
        self.register_buffer("norms", torch.zeros_like(task_weights))

    def before_backward(self, gradients: Callable[[], Tensor]) -> None:
        """Measure the gradients of this step."""
        norms = gradients().detach().norm(dim=1)
        self.norms = torch.where((norms > 0) & norms.isfinite(), norms, self.norms)

    def combine(self, losses: Tensor) -> Tensor:
        """See `LossWeighting.combine`; the gradient of the weights follows from that of their own loss."""
        seen, takes_part = losses.detach(), says_something(losses)
        self.first = torch.where((self.first == 0) & takes_part, seen, self.first)
        self.last = torch.where(takes_part, seen, self.last)
        scalar = (self.task_weights * self.factors.detach() * losses).sum()
        if (takes_part & (self.norms > 0)).any() and torch.is_grad_enabled():
            scalar = scalar + _value_free(self._imbalance(takes_part))
        return scalar

    def _imbalance(self, takes_part: Tensor) -> Tensor:
        """Σ |wᵢ nᵢ - n̄ rᵢ^α| over the tasks of this step, in units of n̄; means are over all that were measured."""
        known = (self.norms > 0) & (self.first > 0)
        sizes = self.factors[known] * self.norms[known]
        rates = self.last[known] / self.first[known]
        wanted = sizes.detach().mean() * (rates / rates.mean()) ** self.alpha
        return ((sizes - wanted).abs() * takes_part[known]).sum() / sizes.detach().mean()

    @torch.no_grad()
    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Bring the weights back to a sum of K."""
        self.factors.clamp_(min=LEAST_WEIGHT)
        self.factors.mul_(len(self.factors) / self.factors.sum())


def _value_free(loss: Tensor) -> Tensor:
    """Zero, with the gradient of `loss`."""
    return loss - loss.detach()
