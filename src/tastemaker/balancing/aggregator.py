"""Gradient aggregation: the gradients of all tasks become one, through torchjd, by how far they agree.

Almost every method is a sum of the tasks' gradients whose weights follow from their inner products, the Gramian. So it
needs no more of the Jacobian than that, and its weights serve where no Jacobian is taken.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor, nn
from torchjd.aggregation import AlignedMTL, DualProj, UPGrad, Weighting
from torchjd.linalg import PSDMatrix

Solve = Callable[[Tensor, Tensor], Tensor]
"""Weights `[K]` of the tasks' gradients, from their Gramian `[K, K]` and the recipe's weights `[K]`."""


class Aggregator(nn.Module, ABC):
    """Aggregator(Jacobian [K, P]) -> gradient [P]. May hold state.

    A row of zeros says nothing: its task is not in the batch. It changes nothing for the others.
    """

    task_weights: Tensor
    """λ `[K]`, those of the recipe."""
    weighs_tasks: ClassVar[bool] = True
    """Whether its gradient is a sum of those of the tasks, each times a weight."""

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__()
        self.register_buffer("task_weights", task_weights)

    @abstractmethod
    def forward(self, jacobian: Tensor) -> Tensor:
        """The gradient `[P]` to descend."""

    def weights(self, gramian: Tensor) -> Tensor | None:
        """The factor of each task's gradient `[K]`, from their inner products `[K, K]`; None where there is none."""


class GramianAggregator(Aggregator):
    """A sum of the tasks' gradients, with weights that follow from their inner products.

    The Gramian is taken in units of the mean squared length of the gradients: weights have no unit, and solvers that
    call a small Gramian zero do not stop training where all gradients are small.
    """

    def forward(self, jacobian: Tensor) -> Tensor:
        """See `Aggregator.forward`."""
        return self.weights(jacobian @ jacobian.T) @ jacobian

    @torch.no_grad()
    def weights(self, gramian: Tensor) -> Tensor:
        """The factor of each task's gradient `[K]`; 0 of those that say nothing."""
        if not gramian.isfinite().all():
            return self.task_weights
        lengths = gramian.diagonal()
        takes_part = (lengths > 0) & (self.task_weights > 0)
        weights = torch.zeros_like(self.task_weights)
        if takes_part.any():
            part = gramian[takes_part][:, takes_part] / lengths[takes_part].mean()
            weights[takes_part] = self.solve(part, takes_part).to(weights.dtype)
        return weights

    @abstractmethod
    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """Weights `[k]` of the k tasks that `takes_part` `[K]` names, from their Gramian `[k, k]`."""


class Solved(GramianAggregator):
    """A method without state."""

    def __init__(self, task_weights: Tensor, solve: Solve) -> None:
        super().__init__(task_weights)
        self._solve = solve

    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """See `GramianAggregator.solve`."""
        return self._solve(gramian, self.task_weights[takes_part])


def of_weighted_losses(weighting: Weighting[PSDMatrix]) -> Solve:
    """λ as in Σ λᵢ Lᵢ: the method sees the gradients of λᵢ Lᵢ."""
    return lambda gramian, given: given * weighting(gramian * given.outer(given))


def falling_in_proportion(weighting: Weighting[PSDMatrix]) -> Solve:
    """λ as rates: the method sees gradients over λᵢ, so that the step lowers each Lᵢ in proportion to λᵢ.

    Where λ is one number for all, and of a task alone in its step, λ is the weight, as in Σ λᵢ Lᵢ.
    """
    return lambda gramian, given: given.square().mean() * weighting(gramian / given.outer(given)) / given


def then_weighted(weighting: Weighting[PSDMatrix]) -> Solve:
    """λ afterwards: the method makes tasks alike whatever their scale, and λᵢ multiplies the weight that it finds."""
    return lambda gramian, given: given * weighting(gramian)


def preferring(aggregator: AlignedMTL | UPGrad | DualProj) -> Solve:
    """λ as the method's own preferences, of sum 1; its mean multiplies the step, so that λ of a task alone does."""

    def solve(gramian: Tensor, given: Tensor) -> Tensor:
        aggregator.pref_vector = given / given.sum()
        return given.mean() * aggregator.gramian_weighting(gramian)

    return solve


def square_root(gramian: Tensor) -> Tensor:
    """A matrix `[K, K]` whose rows have these inner products: what the Jacobian is, but for a rotation."""
    values, vectors = torch.linalg.eigh(gramian.double())
    rows: Tensor = vectors * values.clamp_min(0).sqrt()
    return rows
