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
    return bounds(_drawn([tally], clusters, seed, draws)[0])


def paired_interval(
    tally: Tally, other: Tally, clusters: Sequence[int] | IntArray, seed: int, draws: int = 1000
) -> tuple[float, float]:
    """95 % interval of `tally` minus `other` on the same users, drawn together."""
    ours, theirs = _drawn([tally, other], clusters, seed, draws)
    return bounds(ours - theirs)


def _drawn(tallies: Sequence[Tally], clusters: Sequence[int] | IntArray, seed: int, draws: int) -> FloatArray:
    """For each tally its figure in every draw, `[tallies, draws]`."""
    return drawn_together([(tallies, clusters)], seed, draws)[0]


def drawn_together(
    groups: Sequence[tuple[Sequence[Tally], Sequence[int] | IntArray]], seed: int, draws: int
) -> list[FloatArray]:
    """The figures of tallies in every draw of the users of all of them.

    Args:
        groups: tallies on the same units, and the user of every unit; a user may have units in several groups.
        seed: of the draws.
        draws: how many.

    Returns:
        For each group `[tallies, draws]`; nan where no unit of it was drawn.
    """
    known = [np.asarray(clusters, dtype=np.int64) for _, clusters in groups]
    _, everybody = np.unique(np.concatenate(known), return_inverse=True)
    users = int(everybody.max()) + 1 if len(everybody) else 0
    if not users:
        return [np.full((len(tallies), draws), np.nan) for tallies, _ in groups]
    user_of = np.split(everybody, np.cumsum([len(clusters) for clusters in known])[:-1])
    random = np.random.default_rng(seed)
    sums = [
        [_by_user(tally.parts, user, users) for tally in tallies]
        for (tallies, _), user in zip(groups, user_of, strict=True)
    ]
    units = [np.bincount(user, minlength=users) for user in user_of]
    found: list[list[FloatArray]] = [[] for _ in groups]
    for start in range(0, draws, BATCH):
        times = random.multinomial(users, np.full(users, 1 / users), size=min(BATCH, draws - start)).astype(np.float64)
        for figures, (tallies, _), parts, counts in zip(found, groups, sums, units, strict=True):
            drawn = np.stack([tally.finish(times @ part) for tally, part in zip(tallies, parts, strict=True)])
            figures.append(np.where(times @ counts > 0, drawn, np.nan))
    return [np.concatenate(figures, axis=1) for figures in found]


def _by_user(parts: FloatArray, user: IntArray, users: int) -> FloatArray:
    return np.stack([np.bincount(user, column, minlength=users) for column in parts.T], axis=1)


def bounds(figures: FloatArray) -> tuple[float, float]:
    """95 % of the figures lie between these; draws without a figure are left out, and nan where none has one."""
    known = figures[~np.isnan(figures)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
