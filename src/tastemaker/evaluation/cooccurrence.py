"""Co-occurrence graph: what others consumed soon after the user's last items."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.context import history_of
from tastemaker.tasks.example import Example

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Cooccurrence:
    """Counts how often item `b` followed item `a` within `window` entries of a training history.

    The counts of the last `last` items of a history are added up; equal counts, zero above all, back off to popularity.
    """

    starts: IntArray
    """`[I + 1]`: the followers of item `a` are `followers[starts[a]:starts[a + 1]]`, as often as `times` says."""
    followers: IntArray
    times: IntArray
    popularity: NDArray[np.float64]
    """`[I]`, from 0 to below 1, so that it decides among equal counts only."""
    last: int

    @classmethod
    def fit(cls, dataset: Dataset, last: int, window: int) -> "Cooccurrence":
        size = len(dataset.catalog)
        rows, users = training_rows(dataset)
        items = dataset.items[rows]
        pairs = []
        for gap in range(1, window + 1):
            same = users[:-gap] == users[gap:]
            pairs.append(items[:-gap][same] * size + items[gap:][same])
        codes, times = np.unique(np.concatenate(pairs), return_counts=True)
        starts = np.searchsorted(codes, np.arange(size + 1) * size)
        popularity = dataset.train_counts / (dataset.train_counts.max() + 1)
        return cls(starts.astype(np.int64), codes % size, times.astype(np.int64), popularity, last)

    def item_scores(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        scores = np.tile(self.popularity, (len(examples), 1))
        for row, example in enumerate(examples):
            for entry in history_of(example)[-self.last :]:
                after = slice(self.starts[entry.item], self.starts[entry.item + 1])
                scores[row, self.followers[after]] += self.times[after]
        return scores


def training_rows(dataset: Dataset) -> tuple[IntArray, IntArray]:
    """Which interactions of a data set are training, and the user of each."""
    rows = np.flatnonzero(dataset.is_training)
    return rows, dataset.owners[rows]
