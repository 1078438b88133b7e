"""Bias model: a rating is the global mean, plus what the item adds, plus what the user adds.

Source:
    Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems", Computer 2009, equation 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.schema import RATING_SCALE
from tastemaker.data.split import Split
from tastemaker.evaluation.context import history_of
from tastemaker.evaluation.cooccurrence import training_rows
from tastemaker.tasks.example import Example, History, Score

FloatArray = NDArray[np.float64]

REGULARISERS = (1.0, 3.0, 10.0, 30.0)
ROUNDS = 10
"""Alternations between item and user biases; they settle long before."""


@dataclass(frozen=True)
class Biases:
    """Ratings by biases; the user's is taken from the ratings in the history, so that it serves new users too."""

    mean: float
    item_bias: FloatArray
    """`[I]`, 0 for an item without a training rating."""
    regulariser: float
    like_cut: float = 4.0
    """A predicted rating of at least this is called a like."""

    def values(self, examples: Sequence[Example]) -> list[FloatArray]:
        return [self._values(example) for example in examples]

    def _values(self, example: Example) -> FloatArray:
        if not isinstance(example.target, Score):
            return np.zeros(0)
        ratings: FloatArray = self.ratings(history_of(example), example.target.items)
        return ratings if example.target.kind == "rating" else (ratings >= self.like_cut).astype(np.float64)

    def ratings(self, history: Sequence[Entry], items: Sequence[int]) -> FloatArray:
        """Ratings that a user with this history gives to `items`."""
        left = [entry.rating - self.mean - self.item_bias[entry.item] for entry in history if entry.rating is not None]
        user_bias = sum(left) / (len(left) + self.regulariser)
        predicted = self.mean + self.item_bias[list(items)] + user_bias
        return np.asarray(np.clip(predicted, *RATING_SCALE), dtype=np.float64)


def fit_biases(dataset: Dataset) -> Biases | None:
    """Fit on training ratings; regulariser and the cut for a like are those that do best on validation."""
    held_out = _held_out(dataset)
    if not dataset.has_ratings or not held_out:
        return None
    grid = [_fit(dataset, of_item, of_user) for of_item in REGULARISERS for of_user in REGULARISERS]
    best = min(grid, key=lambda model: _squared_error(model, held_out))
    said, true = _validation_pairs(best, held_out)
    likes = true >= dataset.config.like_threshold
    cuts = np.unique(np.round(said, 2))
    right = [((said >= cut) == likes).mean() for cut in cuts]
    return replace(best, like_cut=float(cuts[int(np.argmax(right))]))


def _fit(dataset: Dataset, of_item: float, of_user: float) -> Biases:
    """Alternate the ridge solutions `b_i = sum(r - mean - b_u) / (n_i + of_item)` and the same for users."""
    rows, users = training_rows(dataset)
    rated = np.isfinite(dataset.ratings[rows])
    rows, users = rows[rated], users[rated]
    items, ratings = dataset.items[rows], dataset.ratings[rows].astype(np.float64)
    mean, user_bias = float(ratings.mean()), np.zeros(len(dataset.user_ids))
    for _ in range(ROUNDS):
        item_bias = _ridge(items, ratings - mean - user_bias[users], len(dataset.catalog), of_item)
        user_bias = _ridge(users, ratings - mean - item_bias[items], len(dataset.user_ids), of_user)
    return Biases(mean, item_bias, of_user)


def _ridge(rows: NDArray[np.int64], left: FloatArray, size: int, regulariser: float) -> FloatArray:
    count = np.bincount(rows, minlength=size)
    return np.bincount(rows, left, minlength=size) / (count + regulariser)


def _held_out(dataset: Dataset) -> list[Example]:
    """Validation ratings, each user's after what is known of them before."""
    examples = []
    for user in range(len(dataset.user_ids)):
        rated = [entry for entry in dataset.held_out(user, Split.VALIDATION) if entry.rating is not None]
        if rated:
            history = dataset.known_before(user, Split.VALIDATION)
            values = tuple(entry.rating or 0.0 for entry in rated)
            target = Score("rating", (len(history),) * len(rated), tuple(entry.item for entry in rated), values)
            examples.append(Example("rating", (History(history),), target, user))
    return examples


def _validation_pairs(model: Biases, examples: list[Example]) -> tuple[FloatArray, FloatArray]:
    true = [value for example in examples if isinstance(example.target, Score) for value in example.target.values]
    return np.concatenate(model.values(examples)), np.array(true)


def _squared_error(model: Biases, examples: list[Example]) -> float:
    said, true = _validation_pairs(model, examples)
    return float(((said - true) ** 2).mean())
