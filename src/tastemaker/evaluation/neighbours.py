"""Content-only nearest neighbours: the items whose description is most like that of the user's last items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.context import history_of
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ContentNeighbours:
    """Cosine of every item's content with the mean content of the last `last` items; popularity without a history."""

    unit: FloatArray
    """`[I, C]`, of length 1."""
    counts: NDArray[np.int64]
    last: int

    @classmethod
    def fit(cls, dataset: Dataset, content_vectors: NDArray[Any], last: int) -> "ContentNeighbours":
        vectors = np.asarray(content_vectors, dtype=np.float64)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return cls(vectors / np.where(length > 0, length, 1), dataset.train_counts, last)

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        scores = np.empty((len(examples), len(self.unit)))
        for row, example in enumerate(examples):
            items = [entry.item for entry in history_of(example)[-self.last :]]
            scores[row] = self.unit @ self.unit[items].mean(axis=0) if items else self.counts
        return scores
