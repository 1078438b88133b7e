"""What the recommended lists look like as a whole: how much of the catalog, how popular, how different per user."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.metrics.places import IntArray


def top_k(scores: NDArray[Any], k: int, seed: int = 0) -> IntArray:
    """The `k` best items of each row, `[N, min(k, I)]`, best first; equal scores in one seeded order; none is nan."""
    order = np.random.default_rng(seed).permutation(scores.shape[1])
    best = [_lowest(row, min(k, scores.shape[1])) for row in -scores[:, order]]
    return order[np.array(best, dtype=np.int64).reshape(len(scores), -1)].astype(np.int64)


def _lowest(row: NDArray[Any], k: int) -> IntArray:
    """Where the `k` lowest values of a row stand, lowest first, equal ones from the left; only they are sorted."""
    candidates = np.flatnonzero(row <= np.partition(row, k - 1)[k - 1])
    return candidates[np.argsort(row[candidates], kind="stable")[:k]]


def coverage(lists: IntArray, catalog_size: int) -> float:
    """Share of the catalog that stands in at least one list `[N, k]`."""
    return len(np.unique(lists)) / catalog_size


def mean_popularity(lists: IntArray, counts: IntArray) -> float:
    """Average recommendation popularity: mean number of training interactions of the recommended items.

    Args:
        lists: recommended items, `[N, k]`.
        counts: training interactions of every item, `[I]`.

    Source:
        Abdollahpouri et al., "Managing Popularity Bias in Recommender Systems with Personalized Re-ranking", 2019.
    """
    return float(counts[lists].mean())


def popularity_percentile(lists: IntArray, counts: IntArray) -> float:
    """Mean share of the catalog that is less popular than a recommended item (ties half): 0.5 has no bias, 1 all."""
    ordered = np.sort(counts)
    below, up_to = (np.searchsorted(ordered, counts, side=side) for side in ("left", "right"))
    return float(((below + up_to) / 2 / len(counts))[lists].mean())


def personalisation(lists: IntArray) -> float:
    """One minus the mean share of items that two users' lists `[N, k]` have in common; 0 where all are alike.

    Each item in `c` lists is shared by `c (c - 1)` of the `N (N - 1)` ordered pairs.
    """
    users, k = lists.shape
    if users < 2:
        return float("nan")
    _, shared = np.unique(lists, return_counts=True)
    return float(1 - (shared * (shared - 1)).sum() / (users * (users - 1) * k))
