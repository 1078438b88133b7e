"""A metric before its last step: sums over units, so that a bootstrap can add up other draws of the same units."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """What every unit (an example, a rating, a text) adds, and how the sums become the figure."""

    parts: FloatArray
    """`[N, C]`: the C numbers that each unit adds."""
    finish: Callable[[FloatArray], FloatArray]
    """`[..., C]` sums to `[...]` figures."""

    @property
    def value(self) -> float:
        """The figure over all units; nan where there is none."""
        if not len(self.parts):
            return float("nan")
        return float(self.finish(self.parts.sum(axis=0)))


def mean_of(values: FloatArray) -> Tally:
    """Tally of the mean of `values` `[N]`."""
    return ratio_of(values, np.ones(len(values)))


def ratio_of(numerator: FloatArray, denominator: FloatArray) -> Tally:
    """Tally of one sum over another, both `[N]`; 0 where the lower sum is 0."""
    parts = np.stack([numerator, denominator], axis=1).astype(np.float64)
    return Tally(parts, lambda sums: share(sums[..., 0], sums[..., 1]))


def share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """`part / whole`, and 0 where `whole` is 0."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=np.asarray(whole) != 0)
