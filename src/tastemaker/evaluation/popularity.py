"""Popularity baselines: the most consumed items of training, and those among them that meet the user's constraints."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.evaluation.constraints import ConstraintFilter, constraints_of
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Popularity:
    """Scores every item by its training interactions, whoever asks."""

    counts: NDArray[np.int64]

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        return np.tile(self.counts.astype(np.float64), (len(examples), 1))


@dataclass(frozen=True)
class ConstrainedPopularity:
    """Popularity among the items that meet all constraints of a request, then among those that meet fewer."""

    filter: ConstraintFilter
    counts: NDArray[np.int64]

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        return self.filter.score([constraints_of(example) for example in examples], self.counts)
