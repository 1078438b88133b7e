"""The best unseen items for many histories at once: what a nightly job computes for all users.

In: histories, oldest entry first. Out: items `[N, k]` and their chances. Histories are read in the order of their
length, so that next to nothing is padding, and the catalog is scored for so many at a time that scores fit the cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.data.dataset import Entry
from tastemaker.inference.reading import Reader
from tastemaker.tasks.example import History

SCORES = 2**21
"""Scores that are held at once: 8 MB."""


@dataclass(frozen=True)
class RankedLists:
    """The heads of `N` lists, best item first."""

    items: NDArray[np.int64]
    """`[N, k]`, rows in the catalog; -1 where all that is left has been seen."""
    chances: NDArray[np.float32]
    """`[N, k]`: probability that the model gives the item, among all that may be recommended."""


def rank_histories(reader: Reader, histories: Sequence[Sequence[Entry]], k: int, longest: int) -> RankedLists:
    """Rank the whole catalog for every history, seen items left out.

    Args:
        reader: the model; `next_item` is what it does here.
        histories: all that each user has seen, oldest first; may be empty.
        k: length of a list, at most the size of the catalog.
        longest: how many entries, the last ones, are read. Older ones are left out of the list all the same.
    """
    reader = reader.doing("next_item")
    items = np.empty((len(histories), k), dtype=np.int64)
    chances = np.empty((len(histories), k), dtype=np.float32)
    size = max(1, SCORES // len(reader.catalog))
    order = sorted(range(len(histories)), key=lambda index: min(len(histories[index]), longest))
    for start in range(0, len(order), size):
        part = order[start : start + size]
        best, found = _heads(reader, [histories[index] for index in part], k, longest)
        items[part], chances[part] = best.numpy(), found.numpy()
    return RankedLists(items, chances)


@torch.no_grad()
def _heads(reader: Reader, histories: Sequence[Sequence[Entry]], k: int, longest: int) -> tuple[Tensor, Tensor]:
    """Items and chances `[n, k]` of a few histories."""
    read = [(History(tuple(entries[-longest:])),) for entries in histories]
    scores = reader.scores([reader.history_row(context) for context in read])
    owners = torch.tensor([row for row, entries in enumerate(histories) for _ in entries], dtype=torch.long)
    seen = torch.tensor([entry.item for entries in histories for entry in entries], dtype=torch.long)
    scores[owners, seen] = float("-inf")
    heads = scores.topk(k)
    chances = (heads.values - scores.logsumexp(1, keepdim=True)).exp()
    is_left = heads.values > float("-inf")
    return heads.indices.where(is_left, -1), chances.where(is_left, 0.0)
