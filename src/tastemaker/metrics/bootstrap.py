"""How far a figure, or the difference of two, would move with other users.

Source:
    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, percentile intervals; whole users are drawn, since
    the interactions of one user are not independent.
"""

from collections.abc import Sequence

import numpy as np

from tastemaker.metrics.places import IntArray
from tastemaker.metrics.tally import FloatArray, Tally

BATCH = 100
"""Draws made at once, to bound memory."""


def interval(tally: Tally, clusters: Sequence[int] | IntArray, seed: int, draws: int = 1000) -> tuple[float, float]:
    """95 % interval of a figure.

    Args:
        tally: the figure's `N` units.
        clusters: `[N]`, the user of every unit.
        seed: of the draws; equal seeds draw equal users.
        draws: how many times as many users as there are get drawn with replacement.
    """
    return _bounds(_drawn([tally], clusters, seed, draws)[0])


def paired_interval(
    tally: Tally, other: Tally, clusters: Sequence[int] | IntArray, seed: int, draws: int = 1000
) -> tuple[float, float]:
    """95 % interval of `tally` minus `other` on the same users, drawn together."""
    ours, theirs = _drawn([tally, other], clusters, seed, draws)
    return _bounds(ours - theirs)


def _drawn(tallies: Sequence[Tally], clusters: Sequence[int] | IntArray, seed: int, draws: int) -> list[FloatArray]:
    """For each tally its figure in every draw, `[draws]`."""
    _, user = np.unique(np.asarray(clusters), return_inverse=True)
    users = int(user.max()) + 1 if len(user) else 0
    if not users:
        return [np.full(draws, np.nan) for _ in tallies]
    sums = [_by_user(tally.parts, user, users) for tally in tallies]
    random = np.random.default_rng(seed)
    figures: list[list[FloatArray]] = [[] for _ in tallies]
    for start in range(0, draws, BATCH):
        times = random.multinomial(users, np.full(users, 1 / users), size=min(BATCH, draws - start)).astype(np.float64)
        for found, tally, parts in zip(figures, tallies, sums, strict=True):
            found.append(tally.finish(times @ parts))
    return [np.concatenate(found) for found in figures]


def _by_user(parts: FloatArray, user: IntArray, users: int) -> FloatArray:
    return np.stack([np.bincount(user, column, minlength=users) for column in parts.T], axis=1)


def _bounds(figures: FloatArray) -> tuple[float, float]:
    low, high = np.percentile(figures, [2.5, 97.5])
    return float(low), float(high)
