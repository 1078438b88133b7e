"""Majority class: how often training says like, whoever asks about whatever."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.example import Example, Score


@dataclass(frozen=True)
class MajorityClass:
    """Gives every item the share of likes in training as its probability."""

    share: float

    def values(self, examples: Sequence[Example]) -> list[NDArray[np.float64]]:
        return [
            np.full(len(example.target.items) if isinstance(example.target, Score) else 0, self.share)
            for example in examples
        ]


def fit_majority(dataset: Dataset) -> MajorityClass | None:
    """Count training likes; None where the data set holds no opinions."""
    if not dataset.has_opinions:
        return None
    entries = [entry for user in range(len(dataset.user_ids)) for entry in dataset.held_out(user, Split.TRAIN)]
    return MajorityClass(float(np.mean([dataset.likes(entry) for entry in entries if dataset.is_opinion(entry)])))
