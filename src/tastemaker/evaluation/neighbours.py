"""Content-only nearest neighbours: the items whose description is most like that of the user's last items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.context import history_of
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class ContentNeighbours:
    """Cosine of every item's content with the mean content of the last `last` items; popularity without a history."""

    unit: FloatArray
    """`[I, C]`, of length 1."""
    counts: NDArray[np.int64]
    last: int

    @classmethod
    def fit(cls, dataset: Dataset, content_vectors: NDArray[Any], last: int) -> "ContentNeighbours":
        vectors = np.asarray(content_vectors, dtype=np.float32)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: FloatArray = np.divide(vectors, np.where(length > 0, length, 1), dtype=np.float32)
        return cls(unit, dataset.train_counts, last)

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        pasts = [[entry.item for entry in history_of(example)[-self.last :]] for example in examples]
        profiles = np.zeros((len(examples), self.unit.shape[1]), dtype=np.float32)
        for row, items in enumerate(pasts):
            if items:
                profiles[row] = self.unit[items].mean(axis=0)
        scores: FloatArray = profiles @ self.unit.T
        scores[[not items for items in pasts]] = self.counts
        return scores
