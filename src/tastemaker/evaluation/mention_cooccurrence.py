"""Mention co-occurrence: items that training dialogues name together with those that this one has named so far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.evaluation.context import seen_items
from tastemaker.tasks.example import Example
from tastemaker.tasks.mentioned import Mentions


@dataclass(frozen=True)
class MentionCooccurrence:
    """Counts in how many training dialogues both items are named, added up over the items named so far.

    Equal counts, zero above all, back off to popularity: in how many training replies an item stands.
    """

    together: dict[int, Counter[int]]
    popularity: NDArray[np.float64]
    """`[I]`, from 0 to below 1, so that it decides among equal counts only."""

    @classmethod
    def fit(cls, mentions: Mentions) -> "MentionCooccurrence":
        """Count the pairs of every dialogue."""
        together: dict[int, Counter[int]] = {}
        starts = np.flatnonzero(np.diff(mentions.dialogues)) + 1
        for named in np.split(mentions.items, starts):
            for item in named.tolist():
                together.setdefault(item, Counter()).update(other for other in named.tolist() if other != item)
        return cls(together, mentions.targets / (mentions.targets.max(initial=0) + 1))

    def item_scores(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        scores = np.tile(self.popularity, (len(examples), 1))
        for row, example in enumerate(examples):
            for item in seen_items(example):
                found = self.together.get(item, Counter[int]())
                scores[row, list(found.keys())] += list(found.values())
        return scores
