"""What one model gains over another, as a share of the other's figure: + is better, whichever way the metric runs.

Source:
    Maninis et al., "Attentive Single-Tasking of Multiple Tasks", CVPR 2019, for the mean over tasks (delta-m).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tastemaker.metrics.bootstrap import bounds, drawn_together, paired_interval
from tastemaker.metrics.places import IntArray
from tastemaker.metrics.tally import FloatArray, Tally

Interval = tuple[float, float, float]
"""Value, and the ends of its 95 % interval."""
UNKNOWN: Final = 0.025
"""Where theirs is 0 in a larger share of the draws, an end of the interval is not known."""


@dataclass(frozen=True)
class Pair:
    """One metric of two models on the same units."""

    ours: Tally
    theirs: Tally
    clusters: IntArray
    """The user of every unit."""
    is_lower_better: bool = False

    @property
    def value(self) -> float:
        """The gain over all units; nan where theirs is 0."""
        return float(gain(np.array(self.ours.value), np.array(self.theirs.value), self.is_lower_better))


def gain(ours: FloatArray, theirs: FloatArray, is_lower_better: bool) -> FloatArray:
    """`(ours - theirs) / |theirs|`, turned round where lower is better; nan where theirs is 0."""
    change = theirs - ours if is_lower_better else ours - theirs
    return np.divide(change, np.abs(theirs), out=np.full_like(change, np.nan), where=theirs != 0)


def gain_interval(pair: Pair, seed: int, draws: int) -> Interval:
    """The gain of one pair, by paired bootstrap over users."""
    return mean_gain([pair], seed, draws)


def difference_interval(pair: Pair, seed: int, draws: int) -> tuple[float, float]:
    """The ends of the interval of `ours - theirs`, turned round where lower is better."""
    low, high = paired_interval(pair.ours, pair.theirs, pair.clusters, seed, draws)
    return (-high, -low) if pair.is_lower_better else (low, high)


def mean_gain(pairs: Sequence[Pair], seed: int, draws: int) -> Interval:
    """The mean gain of several pairs, users drawn once for all of them.

    nan where one has none; the ends, too, where one has none in more than 2.5 % of the draws.
    """
    groups = [([pair.ours, pair.theirs], pair.clusters) for pair in pairs]
    drawn = [
        gain(ours, theirs, pair.is_lower_better)
        for pair, (ours, theirs) in zip(pairs, drawn_together(groups, seed, draws), strict=True)
    ]
    gains = np.mean(drawn, axis=0)
    ends = (float("nan"), float("nan")) if np.isnan(gains).mean() > UNKNOWN else bounds(gains)
    return (float(np.mean([pair.value for pair in pairs])), *ends)
