"""Figures laid out as the tables of the report, the best of each row marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tastemaker.metrics import METRICS

VARIANTS = ("_unmasked", "_pessimistic")
"""Endings of metrics that stand apart."""
FILTERED = "_filtered"
NOT_JUDGED = ("facts_per_reason",)
"""More is not better."""


@dataclass(frozen=True)
class Cell:
    """One figure as text."""

    text: str
    is_best: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One metric, a cell for each contestant."""

    metric: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class MetricTable:
    """All metrics of one task; `variants` are the same metrics under other rules."""

    contestants: tuple[str, ...]
    rows: tuple[Row, ...]
    variants: tuple[Row, ...]


def metric_table(task: str, result: Mapping[str, Any], model: str) -> MetricTable:
    """The table of a task, the evaluated model first."""
    others = {name: scores[task] for name, scores in result["baselines"].items() if scores.get(task)}
    columns = {model: result["tasks"][task], **others}
    intervals = result.get("intervals", {}).get(task, {})
    rows = [_row(metric, columns, intervals.get(metric)) for metric in result["tasks"][task]]
    is_variant = [row.metric.endswith(VARIANTS) for row in rows]
    return MetricTable(
        tuple(columns),
        tuple(row for row, other in zip(rows, is_variant, strict=True) if not other),
        tuple(row for row, other in zip(rows, is_variant, strict=True) if other),
    )


def best(metric: str, values: Sequence[float | None]) -> float | None:
    """The best of some values of a metric; None where no value is better than another."""
    name = metric
    for suffix in (*VARIANTS, FILTERED):
        name = name.removesuffix(suffix)
    known = [value for value in values if value is not None]
    if name not in METRICS or name in NOT_JUDGED or len(known) < 2:
        return None
    return min(known) if METRICS[name].is_lower_better else max(known)


def format_figure(value: float | None) -> str:
    """A figure with as many digits as it deserves."""
    if value is None:
        return "–"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.4f}"


def _row(metric: str, columns: Mapping[str, Mapping[str, float | None]], interval: Sequence[float] | None) -> Row:
    values = [figures.get(metric) for figures in columns.values()]
    top = best(metric, values)
    note = f"{format_figure(interval[0])} … {format_figure(interval[1])}" if interval and None not in interval else ""
    return Row(
        metric,
        tuple(
            Cell(format_figure(value), value is not None and value == top, "" if place else note)
            for place, value in enumerate(values)
        ),
    )
