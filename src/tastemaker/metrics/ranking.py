"""HR, NDCG, MRR and recall at k, in expectation over the orders of equal scores.

A group of `m` equal scores with `t` targets below `a` better items fills the places `a + 1 .. a + m`, and each order
of it is equally likely. The formulas need no enumeration:

- a place in the group holds a target with probability `t / m` (NDCG and recall are sums over places);
- the first `c` places of the group hold none with probability `prod_{i < c} (m - t - i) / (m - i)` (HR and MRR).

Source:
    McSherry and Najork, "Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied
    Scores", ECIR 2008.
"""

import numpy as np

from tastemaker.metrics.places import Places
from tastemaker.metrics.tally import FloatArray, share


def ndcg_at_k(places: Places, k: int) -> FloatArray:
    """Discounted gain of the targets in the first `k` places over that of `min(k, targets)` hits at the top, `[N]`."""
    gains = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(k) + 2))))
    last = np.minimum(places.above + places.size, k)
    reached = gains[last] - gains[np.minimum(places.above, k)]
    dcg = np.bincount(places.example, places.hits / places.size * reached, minlength=len(places)).astype(np.float64)
    return share(dcg, gains[np.minimum(places.targets, k)])


def recall_at_k(places: Places, k: int) -> FloatArray:
    """Share of the targets in the first `k` places, `[N]`."""
    inside = np.clip(k - places.above, 0, places.size)
    found = np.bincount(places.example, places.hits / places.size * inside, minlength=len(places)).astype(np.float64)
    return share(found, places.targets.astype(np.float64))


def hr_at_k(places: Places, k: int) -> FloatArray:
    """Whether any target stands in the first `k` places, `[N]`. At most one group reaches across place `k`."""
    inside = np.clip(k - places.above, 0, places.size)
    value = np.zeros(len(places))
    np.maximum.at(value, places.example, 1 - _misses(places, k)[inside, np.arange(len(inside))])
    return value


def mrr_at_k(places: Places, k: int) -> FloatArray:
    """One over the place of the first target, 0 where none is among the first `k`, `[N]`."""
    misses = _misses(places, k)
    first_at = misses[:-1] - misses[1:]
    rank = places.above + np.arange(1, k + 1)[:, None]
    best = np.concatenate(([True], np.diff(places.example) > 0))[: len(places.example)]
    value = np.where((rank <= k) & best, first_at / rank, 0.0).sum(axis=0)
    return np.bincount(places.example, value, minlength=len(places)).astype(np.float64)


def _misses(places: Places, k: int) -> FloatArray:
    """`[k + 1, G]`: probability that the first `c` places of a group hold no target, for `c` in 0..k."""
    tried = np.arange(k)[:, None]
    others = np.maximum(places.size - places.hits - tried, 0)
    chances = share(others.astype(np.float64), np.maximum(places.size - tried, 0).astype(np.float64))
    return np.concatenate([np.ones((1, len(places.size))), np.cumprod(chances, axis=0)])
