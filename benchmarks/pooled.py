"""Figures over several seeds: their mean, and 95 % intervals by a bootstrap over the users that all seeds share.

Seeds do not add users. A unit (a user's list, a rating, a text) is the same in every seed, so the parts of all seeds
stand side by side in one tally, `[N, seeds x C]`, whose last step is the mean over seeds of each seed's figure; users
are drawn once for all seeds, and for both models of a difference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tastemaker.metrics import find_metric
from tastemaker.metrics.bootstrap import interval, paired_interval
from tastemaker.metrics.classes import two_classes
from tastemaker.metrics.gains import Pair, gain_interval
from tastemaker.metrics.grounding import Stated
from tastemaker.metrics.likelihood import Likelihood
from tastemaker.metrics.places import place
from tastemaker.metrics.scored import Scored
from tastemaker.metrics.short_answers import ShortAnswers
from tastemaker.metrics.tally import FloatArray, Tally, mean_of
from tastemaker.metrics.text import Texts

Units = Mapping[str, NDArray[np.float64]]
"""One seed's arrays by `contestant/task/metric`, as `benchmarks.judged` writes them."""
UNITS = "units.npz"
"""Where they stand in the folder of a judged contestant."""

SEED = 0
DRAWS = 2000


@dataclass(frozen=True)
class Pool:
    """One figure of one contestant over all seeds."""

    tally: Tally
    clusters: NDArray[np.int64]
    by_seed: tuple[float, ...]

    @property
    def interval(self) -> tuple[float, float]:
        return interval(self.tally, self.clusters, SEED, DRAWS)


def read_units(folder: Path) -> Units:
    """What each user adds to each metric, as the folder of a judged contestant keeps it."""
    return read_npz(folder / UNITS)


def read_npz(path: Path) -> Units:
    """The same of one file."""
    with np.load(path) as arrays:
        return {key: arrays[key] for key in arrays.files}


def pool(seeds: Sequence[Units], key: str) -> Pool:
    """Bring the units of all seeds together.

    Raises:
        SystemExit: the seeds were not judged on the same units.
    """
    arrays = [units[key] for units in seeds]
    clusters = arrays[0][:, -1].astype(np.int64)
    for array in arrays[1:]:
        if not np.array_equal(array[:, -1], clusters):
            raise SystemExit(
                f"{key}: expected the same {len(clusters)} units in every seed, found {len(array)} others."
            )
    parts = np.concatenate([array[:, :-1] for array in arrays], axis=1)
    finish = finish_of(key.rpartition("/")[2])
    tally = Tally(parts, lambda sums: _by_seed(sums, len(arrays), finish).mean(axis=-1))
    return Pool(tally, clusters, tuple(_by_seed(parts.sum(axis=0), len(arrays), finish).tolist()))


def difference(ours: Pool, theirs: Pool) -> dict[str, float | None]:
    """Ours minus theirs, and the same as a share of theirs, each with its interval.

    Shares are None where theirs is 0, and their ends where it is 0 in many of the draws.

    Raises:
        SystemExit: they were not judged on the same units.
    """
    if not np.array_equal(ours.clusters, theirs.clusters):
        raise SystemExit(f"expected the same units, found {len(ours.clusters)} and {len(theirs.clusters)}.")
    low, high = paired_interval(ours.tally, theirs.tally, ours.clusters, SEED, DRAWS)
    shares = gain_interval(Pair(ours.tally, theirs.tally, ours.clusters), SEED, DRAWS)
    relative, relative_low, relative_high = (None if isnan(it) else it for it in shares)
    return {
        "value": ours.tally.value - theirs.tally.value,
        "low": low,
        "high": high,
        "relative": relative,
        "relative_low": relative_low,
        "relative_high": relative_high,
    }


def finish_of(metric: str) -> Callable[[FloatArray], FloatArray]:
    """How the sums of a metric become its figure: read from the metric itself, on a content of one unit."""
    found = find_metric(metric.removesuffix("_filtered"))
    content = {
        "places": place(np.zeros((1, 1)), [{0}]),
        "novel": place(np.zeros((1, 1)), [{0}]),
        "texts": Texts([""], [""]),
        "answers": ShortAnswers([""], [""]),
        "scored": Scored(np.zeros(1), np.zeros(1)),
        "classes": two_classes(np.zeros(1), np.zeros(1)),
        "facts": Stated([frozenset()], [frozenset()]),
        "titles": np.zeros(1),
        "recommends": Scored(np.zeros(1), np.zeros(1)),
        "asked": np.zeros(1),
        "likelihood": Likelihood(np.zeros(1), np.zeros(1)),
    }
    tally = found.measure(content[found.reads])
    return (tally if isinstance(tally, Tally) else mean_of(np.zeros(1))).finish


def _by_seed(sums: FloatArray, seeds: int, finish: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """`[..., seeds x C]` sums to `[..., seeds]` figures."""
    return np.stack([finish(part) for part in np.split(sums, seeds, axis=-1)], axis=-1)
