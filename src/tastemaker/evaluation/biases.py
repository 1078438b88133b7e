"""Bias model: a rating is the global mean, plus what the item adds, plus what the user adds.

Source:
    Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems", Computer 2009, equation 3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.schema import RATING_SCALE
from tastemaker.evaluation.rating_model import training_ratings

FloatArray = NDArray[np.float64]

REGULARISERS = (1.0, 3.0, 10.0, 30.0)
"""Of items and of users; the best pair on validation is taken."""
ROUNDS = 10
"""Alternations between item and user biases; they settle long before."""


@dataclass(frozen=True)
class Biases:
    """Ratings by biases; the user's is taken from the ratings in the history, so that it serves new users too."""

    mean: float
    item_bias: FloatArray
    """`[I]`, 0 for an item without a training rating."""
    regulariser: float
    """Of the user's bias."""

    def ratings(self, history: Sequence[Entry], items: Sequence[int]) -> FloatArray:
        """Ratings that a user with this history gives to `items`."""
        left = [entry.rating - self.mean - self.item_bias[entry.item] for entry in history if entry.rating is not None]
        user_bias = sum(left) / (len(left) + self.regulariser)
        predicted = self.mean + self.item_bias[list(items)] + user_bias
        return np.asarray(np.clip(predicted, *RATING_SCALE), dtype=np.float64)


def bias_variants(dataset: Dataset) -> Iterator[Biases]:
    """One bias model for every pair of regularisers, fitted on training ratings."""
    for of_item in REGULARISERS:
        for of_user in REGULARISERS:
            yield fit_biases(dataset, of_item, of_user)


def fit_biases(dataset: Dataset, of_item: float, of_user: float) -> Biases:
    """Alternate the ridge solutions `b_i = sum(r - mean - b_u) / (n_i + of_item)` and the same for users."""
    users, items, ratings = training_ratings(dataset)
    mean, user_bias = float(ratings.mean()), np.zeros(len(dataset.user_ids))
    for _ in range(ROUNDS):
        item_bias = _ridge(items, ratings - mean - user_bias[users], len(dataset.catalog), of_item)
        user_bias = _ridge(users, ratings - mean - item_bias[items], len(dataset.user_ids), of_user)
    return Biases(mean, item_bias, of_user)


def _ridge(rows: NDArray[np.int64], left: FloatArray, size: int, regulariser: float) -> FloatArray:
    count = np.bincount(rows, minlength=size)
    return np.bincount(rows, left, minlength=size) / (count + regulariser)
