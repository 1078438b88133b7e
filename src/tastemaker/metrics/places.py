"""Where the targets of each example stand in the ranked catalog, with ties kept as ties.

Items of equal score form a group that takes up consecutive places in an order nobody knows. Every ranking metric is
computed from the groups that hold a target, as its expectation over all orders within them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

UNREACHABLE = 2**40
"""Place of an item that cannot be recommended."""


@dataclass(frozen=True)
class Places:
    """The groups of equal score that hold a target, for all examples one after the other."""

    example: IntArray
    """`[G]`: row of the example that the group belongs to, ascending; within one, best group first."""
    above: IntArray
    """`[G]`: items of that example that score higher."""
    size: IntArray
    """`[G]`: items in the group, targets included."""
    hits: IntArray
    """`[G]`: targets in the group."""
    targets: IntArray
    """`[N]`: targets of every example."""

    def __len__(self) -> int:
        return len(self.targets)


def place(
    scores: NDArray[Any],
    targets: Sequence[Collection[int]],
    masked: Sequence[Collection[int]] | None = None,
) -> Places:
    """Find every example's targets in the ranking of the whole catalog.

    Args:
        scores: `[N, I]`, higher is better. -inf and nan mean that an item is not recommended at all.
        targets: for each example its set of target items; repetitions count once.
        masked: for each example the items to leave out, such as those seen before; a target among them is a miss.
    """
    scores = np.where(np.isnan(scores), -np.inf, scores)
    for row, items in enumerate(masked or ()):
        scores[row, list(items)] = -np.inf
    groups: list[tuple[int, int, int, int]] = []
    ordered = np.sort(scores, axis=1)
    for row, items in enumerate(targets):
        values, hits = np.unique(scores[row, sorted(set(items))], return_counts=True)
        left = np.searchsorted(ordered[row], values, side="left")
        right = np.searchsorted(ordered[row], values, side="right")
        better = np.where(np.isneginf(values), UNREACHABLE, scores.shape[1] - right)
        groups.extend(zip((row,) * len(values), better[::-1], (right - left)[::-1], hits[::-1], strict=True))
    example, above, size, hits = np.array(groups, dtype=np.int64).reshape(-1, 4).T
    return Places(example, above, size, hits, np.array([len(set(items)) for items in targets], dtype=np.int64))


def pessimistic(places: Places) -> Places:
    """The same ranking with every target behind the other items of its score."""
    return replace(places, above=places.above + places.size - places.hits, size=places.hits)


def join(parts: Sequence[Places]) -> Places:
    """Places of several batches of examples as one."""
    starts = np.cumsum([0, *(len(part) for part in parts)])
    return Places(
        np.concatenate([part.example + start for part, start in zip(parts, starts[:-1], strict=True)]),
        np.concatenate([part.above for part in parts]),
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.hits for part in parts]),
        np.concatenate([part.targets for part in parts]),
    )
