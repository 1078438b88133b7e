"""What joint training gains over several seeds: users are drawn once for both sides, for all tasks and for all seeds.

In: of every seed the units that `benchmarks.compared` keeps, and its table of tasks. A metric whose sums cannot be
brought together over seeds has the mean of its changes, and no interval.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from benchmarks.pooled import DRAWS, SEED, Units, pool
from tastemaker.evaluation.compare import WHOLE
from tastemaker.metrics import find_metric
from tastemaker.metrics.gains import Pair, difference_interval, gain_interval, mean_gain

SIDES: Final = ("joint", "alone")
"""How the keys of units begin."""
UNKNOWN: Final = {"value": None, "low": None, "high": None}

Tasks = Mapping[str, Mapping[str, Any]]
"""A seed's `tasks` of `compare.json`."""


def pooled_gains(units: Sequence[Units], tasks: Sequence[Tasks], part: str = WHOLE) -> dict[str, Any]:
    """Both sides, and what joint gains, over all seeds.

    Args:
        units: of every seed.
        tasks: of every seed, of one part.
        part: the slice.

    Returns:
        `{"joint": {task/metric: mean}, "alone": …, "gains": {task/metric: {"change", "low", "high", "difference":
        {"value", "low", "high"}, "by_seed"}}, "delta_m": {"value", "low", "high"}, "better": count, "worse": count}`;
        changes are shares, differences are plain, above 0 where joint is better; what is not known is None.
    """
    names = {f"{task}/{it['metric']}": task for task, it in tasks[0].items()}
    pairs = {name: pair for name in names if (pair := _pair(units, part, name))}
    gains = {name: _gain(pairs.get(name), [it[task] for it in tasks]) for name, task in names.items()}
    signs = [sign_of(it) for it in gains.values()]
    return {
        "joint": {name: fmean(it[task]["joint"] for it in tasks) for name, task in names.items()},
        "alone": {name: fmean(it[task]["alone"] for it in tasks) for name, task in names.items()},
        "gains": gains,
        "delta_m": _delta_m(list(pairs.values()), [it["change"] for it in gains.values()]),
        "better": signs.count(1),
        "worse": signs.count(-1),
    }


def sign_of(told: Mapping[str, Any]) -> int:
    """1 where joint is better beyond the interval of the plain difference, -1 where it is worse."""
    low, high = (told["difference"][end] for end in ("low", "high"))
    return 0 if low is None else int(low > 0) - int(high < 0)


def _pair(units: Sequence[Units], part: str, name: str) -> Pair | None:
    """Both sides of a metric, the mean over seeds of each; None where its units were not kept."""
    keys = [f"{side}/{part}/{name}" for side in SIDES]
    if not all(key in of_seed for key in keys for of_seed in units):
        return None
    ours, theirs = (pool(units, key) for key in keys)
    return Pair(ours.tally, theirs.tally, ours.clusters, find_metric(name.rpartition("/")[2]).is_lower_better)


def _gain(pair: Pair | None, seeds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of one metric; `seeds` are what `compare.json` says of it."""
    by_seed = [it["change"] for it in seeds]
    gap = fmean(it["difference"]["value"] for it in seeds)
    if pair is None:
        told, difference = UNKNOWN | {"value": _mean(by_seed)}, UNKNOWN | {"value": gap}
    else:
        told = _known((_mean([pair.value]), *gain_interval(pair, SEED, DRAWS)[1:]))
        difference = _known((gap, *difference_interval(pair, SEED, DRAWS)))
    change = {"change": told["value"], "low": told["low"], "high": told["high"]}
    return {**change, "difference": difference, "by_seed": by_seed}


def _delta_m(pairs: Sequence[Pair], changes: Sequence[float | None]) -> dict[str, float | None]:
    """The mean over tasks, those without a share left out; its interval where every task has one."""
    if len(pairs) < len(changes) or None in changes:
        return UNKNOWN | {"value": _mean([it for it in changes if it is not None])}
    return _known(mean_gain(pairs, SEED, DRAWS))


def _mean(values: Sequence[float | None]) -> float | None:
    """None where one is not known."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    return fmean(known) if known and len(known) == len(values) else None


def _known(found: Sequence[float | None]) -> dict[str, float | None]:
    """A value and its interval, None where they are not known; an interval of nothing is none."""
    value, low, high = (None if it is None or math.isnan(it) else it for it in found)
    return {"value": value, "low": low, "high": high} if value is not None else dict(UNKNOWN)
