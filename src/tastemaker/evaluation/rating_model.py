"""A rating model as a contestant: its best variant on validation, and from which predicted rating on it says like."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.evaluation.context import history_of
from tastemaker.evaluation.cooccurrence import training_rows
from tastemaker.tasks.example import Example, History, Score

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class RatingModel(Protocol):
    """Predicts ratings; what it says of a user is taken from the history alone, so that it serves new users too."""

    def ratings(self, history: Sequence[Entry], items: Sequence[int]) -> FloatArray:
        """Ratings that a user with this history gives to `items`."""
        ...


@dataclass(frozen=True)
class RatingAnswers:
    """Answers questions for ratings and for likes by one rating model."""

    model: RatingModel
    like_cut: float = 4.0
    """A predicted rating of at least this is called a like."""

    def values(self, examples: Sequence[Example]) -> list[FloatArray]:
        return [self._values(example) for example in examples]

    def _values(self, example: Example) -> FloatArray:
        if not isinstance(example.target, Score):
            return np.zeros(0)
        ratings = self.model.ratings(history_of(example), example.target.items)
        return ratings if example.target.kind == "rating" else (ratings >= self.like_cut).astype(np.float64)


def best_rating_model(dataset: Dataset, variants: Iterable[RatingModel]) -> RatingAnswers | None:
    """The variant with the lowest squared error on validation, and the cut that tells most likes of validation apart.

    None where the data set has no ratings, or none in validation.
    """
    held_out = _held_out(dataset)
    if not dataset.has_ratings or not held_out:
        return None
    best = min(variants, key=lambda model: _squared_error(model, held_out))
    said, true = _validation_pairs(best, held_out)
    likes = true >= dataset.config.like_threshold
    cuts = np.unique(np.round(said, 2))
    right = [((said >= cut) == likes).mean() for cut in cuts]
    return RatingAnswers(best, float(cuts[int(np.argmax(right))]))


def validation_rmse(dataset: Dataset, model: RatingModel) -> float:
    """Root mean squared error of the ratings of validation."""
    return math.sqrt(_squared_error(model, _held_out(dataset)))


def training_ratings(dataset: Dataset) -> tuple[IntArray, IntArray, FloatArray]:
    """User, item and rating of every training interaction that carries a rating."""
    rows, users = training_rows(dataset)
    rated = np.isfinite(dataset.ratings[rows])
    return users[rated], dataset.items[rows[rated]], dataset.ratings[rows[rated]].astype(np.float64)


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


def _validation_pairs(model: RatingModel, examples: list[Example]) -> tuple[FloatArray, FloatArray]:
    true = [value for example in examples if isinstance(example.target, Score) for value in example.target.values]
    return np.concatenate(RatingAnswers(model).values(examples)), np.array(true)


def _squared_error(model: RatingModel, examples: list[Example]) -> float:
    said, true = _validation_pairs(model, examples)
    return float(((said - true) ** 2).mean())
