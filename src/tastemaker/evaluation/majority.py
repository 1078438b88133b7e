"""Majority class: what training says most often, whoever asks about whatever."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.frequent_classes import most_frequent
from tastemaker.tasks.example import Example, Score


@dataclass(frozen=True)
class MajorityClass:
    """Gives every item the share of likes in training as its probability, and every example the same class."""

    share: float

    def values(self, examples: Sequence[Example]) -> list[NDArray[np.float64]]:
        return [
            np.full(len(example.target.items) if isinstance(example.target, Score) else 0, self.share)
            for example in examples
        ]

    def classes(self, examples: Sequence[Example]) -> NDArray[np.bool_]:
        return np.array([most_frequent(example, 1) for example in examples])


def fit_majority(dataset: Dataset) -> MajorityClass:
    """Count training likes, 0 where the data set holds no opinions; label sets bring the counts of their classes."""
    entries = [entry for user in range(len(dataset.user_ids)) for entry in dataset.held_out(user, Split.TRAIN)]
    likes = [dataset.likes(entry) for entry in entries if dataset.is_opinion(entry)]
    return MajorityClass(float(np.mean(likes)) if likes else 0.0)
