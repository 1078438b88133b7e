"""What the ratings of a history say of its user: Bayesian linear regression, anew at every position.

A rating less the mean and the item's bias is `u · x` with noise; `x` `[P]` describes the item, `u` `[P]` the user.
Before any rating `u` has a prior mean and precision, which are learned; the ratings read so far enter through two
running sums, so that a live event is one addition.

Source:
    Harrison, Sharma and Pavone, "Meta-Learning Priors for Efficient Online Bayesian Regression", WAFR 2018.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class RatedPast:
    """The rated entries up to each of `N` positions."""

    gram: Tensor
    """`[N, P, P]`: sum of `x xᵀ`."""
    moment: Tensor
    """`[N, P]`: sum of `x` times what is left of the rating."""

    @classmethod
    def of(cls, designs: Tensor, left: Tensor, is_rated: Tensor) -> "RatedPast":
        """Sum up along each row.

        Args:
            designs: `x` of the item at every position, `[B, T, P]`.
            left: rating less mean and item bias, `[B, T]`.
            is_rated: `[B, T]`; other positions say nothing, whatever stands in `designs` and `left`.

        Returns:
            One for each of the `B * T` positions; a position's own rating is included.
        """
        designs = designs * is_rated.unsqueeze(-1)
        gram = (designs.unsqueeze(-1) * designs.unsqueeze(-2)).cumsum(1)
        return cls(gram.flatten(0, 1), (designs * left.unsqueeze(-1)).cumsum(1).flatten(0, 1))

    def at(self, positions: Tensor) -> "RatedPast":
        """Those of some positions."""
        return RatedPast(self.gram[positions], self.moment[positions])

    def user(self, mean: Tensor, precision: Tensor) -> Tensor:
        """The posterior mean of `u`, `[N, P]`: `(Λ + Σ x xᵀ)⁻¹ (Λ m + Σ x left)`.

        Args:
            mean: `m`, the prior's mean, `[N, P]`.
            precision: the diagonal of `Λ`, `[P]`, positive.
        """
        posterior: Tensor = torch.linalg.solve(self.gram + torch.diag(precision), self.moment + precision * mean)
        return posterior
