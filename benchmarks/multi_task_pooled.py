"""What joint training gains over several seeds: users are drawn once for both sides, for all tasks and for all seeds.

In: of every seed the units that `benchmarks.compared` keeps, and its table of tasks. A metric whose sums cannot be
brought together over seeds has the mean of its changes, and no interval.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from benchmarks.pooled import DRAWS, SEED, Units, pool
from tastemaker.metrics import find_metric
from tastemaker.metrics.gains import Pair, gain_interval, mean_gain

JOINT, ALONE = "joint/all", "alone/all"
"""How the keys of both sides begin, of the examples as a whole."""
UNKNOWN: Final = {"low": None, "high": None}

Tasks = Mapping[str, Mapping[str, Any]]
"""A seed's `tasks` of `compare.json`."""


def pooled_gains(units: Sequence[Units], tasks: Sequence[Tasks]) -> dict[str, Any]:
    """Both sides, and what joint gains, over all seeds.

    Returns:
        `{"joint": {task/metric: mean}, "alone": …, "gains": {task/metric: {"change", "low", "high", "by_seed"}},
        "delta_m": {"value", "low", "high"}, "better": count, "worse": count}`; changes are shares, above 0 where joint
        is better.
    """
    names = {f"{task}/{it['metric']}": task for task, it in tasks[0].items()}
    pairs = {name: pair for name in names if (pair := _pair(units, name))}
    gains = {name: _gain(pairs.get(name), [it[task]["change"] for it in tasks]) for name, task in names.items()}
    return {
        "joint": {name: fmean(it[task]["joint"] for it in tasks) for name, task in names.items()},
        "alone": {name: fmean(it[task]["alone"] for it in tasks) for name, task in names.items()},
        "gains": gains,
        "delta_m": _delta_m(list(pairs.values()), [it["change"] for it in gains.values()]),
        "better": sum(it["low"] is not None and it["low"] > 0 for it in gains.values()),
        "worse": sum(it["high"] is not None and it["high"] < 0 for it in gains.values()),
    }


def _pair(units: Sequence[Units], name: str) -> Pair | None:
    """Both sides of a metric, the mean over seeds of each; None where its units were not kept."""
    keys = [f"{side}/{name}" for side in (JOINT, ALONE)]
    if not all(key in of_seed for key in keys for of_seed in units):
        return None
    ours, theirs = (pool(units, key) for key in keys)
    return Pair(ours.tally, theirs.tally, ours.clusters, find_metric(name.rpartition("/")[2]).is_lower_better)


def _gain(pair: Pair | None, by_seed: Sequence[float]) -> dict[str, Any]:
    if pair is None:
        return {"change": fmean(by_seed), **UNKNOWN, "by_seed": list(by_seed)}
    change, low, high = gain_interval(pair, SEED, DRAWS)
    return {"change": change, "low": low, "high": high, "by_seed": list(by_seed)}


def _delta_m(pairs: Sequence[Pair], changes: Sequence[float]) -> dict[str, float | None]:
    """The mean over tasks; its interval where every task has one."""
    if len(pairs) < len(changes):
        return {"value": fmean(changes), **UNKNOWN}
    value, low, high = mean_gain(pairs, SEED, DRAWS)
    return {"value": value, "low": None if math.isnan(low) else low, "high": None if math.isnan(high) else high}
