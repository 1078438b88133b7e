"""The table of `benchmarks.sparsity`: joint training beside each task alone, by the share of the log that is kept."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tastemaker.metrics import METRICS

NOTE: Final = """A share of the training interactions is kept; validation and test are the same for all.
Changes are those of joint training over the task alone, means over seeds; + is better in every metric. Slices:
histories cut to their last entries, items outside the most popular, and whoever or whatever training does not know.
"""
SLICES: Final = ("last_1", "last_3", "new_users", "new_items", "long_tail")
HEAD: Final = ("kept", "task", "metric", "alone", "joint", "change", "95 % interval", *SLICES)

Results = Sequence[Mapping[str, Any]]


def head_and_rows(pooled: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """One row for every share and task, the smallest share first."""
    ordered = sorted(pooled, key=lambda found: found["details"]["share"])
    return HEAD, [_row(found, name) for found in ordered for name in wholes(found)]


def wholes(found: Mapping[str, Any]) -> list[str]:
    """The figures `task/metric` that are of no slice."""
    return [name for name in found["metrics"] if name.count("/") == 1]


def change_of(found: Mapping[str, Any], name: str) -> tuple[float, float, float] | None:
    """Percent that joint training gains, and the ends of its interval, turned round where lower is better."""
    gap = found["differences"]["alone"].get(name, {})
    shares = [gap.get(key) for key in ("relative", "relative_low", "relative_high")]
    if None in shares:
        return None
    value, low, high = (100 * share for share in shares)
    return (-value, -high, -low) if METRICS[name.rpartition("/")[2]].is_lower_better else (value, low, high)


def in_slice(found: Mapping[str, Any], part: str, name: str) -> str:
    """The name that a figure has in a slice, where another metric may stand in its place."""
    start = f"{part}/{name.partition('/')[0]}/"
    return next((it for it in found["metrics"] if it.startswith(start)), start)


def _row(found: Mapping[str, Any], name: str) -> Sequence[str]:
    task, _, metric = name.partition("/")
    note = " (lower is better)" if METRICS[metric].is_lower_better else ""
    figures = (f"{values[name]:.4f}" for values in (found["baselines"]["alone"], found["metrics"]))
    change = change_of(found, name)
    told = (f"{change[0]:+.1f} %", f"[{change[1]:+.1f}, {change[2]:+.1f}] %") if change else ("", "")
    slices = (_in_short(change_of(found, in_slice(found, part, name))) for part in SLICES)
    kept = f"{100 * found['details']['share']:g} %"
    return (kept, task, metric + note, *figures, *told, *slices)


def _in_short(change: tuple[float, float, float] | None) -> str:
    return "" if change is None else f"{change[0]:+.1f} [{change[1]:+.1f}, {change[2]:+.1f}]"
