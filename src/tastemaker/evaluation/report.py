"""The evaluation as one HTML file that needs nothing else: loss curves, bars, tables, slices, sample texts, recipe."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tastemaker.evaluation.charts import bar_chart, loss_chart, slice_chart
from tastemaker.evaluation.compare_report import section_of
from tastemaker.evaluation.evaluate import MODEL
from tastemaker.evaluation.pages import render, write_beside
from tastemaker.evaluation.tables import best, metric_table

TEMPLATE = "report.html.j2"

Samples = Sequence[Mapping[str, Any]]


def write_report(
    result: Mapping[str, Any],
    losses: Path | None,
    samples: Samples,
    recipe: Mapping[str, Any],
    out: Path,
    comparison: Mapping[str, Any] | None = None,
) -> None:
    """Write the report page.

    Args:
        result: what `evaluate` returned.
        losses: the run's `losses.jsonl`; None, or a missing file, leaves the curves out.
        samples: sample texts, `result["samples"]` in general.
        recipe: the resolved recipe, shown as JSON.
        out: the page; it is written beside and then renamed.
        comparison: what `tastemaker compare` found of this run, which then stands first.

    Raises:
        DataError: the disk is full or the place cannot be written.
    """
    write_beside(out, render_report(result, losses, samples, recipe, comparison))


def write_evaluation(result: Mapping[str, Any], out: Path) -> None:
    """Write the figures as `evaluation.json`, so that other runs and tools can read them."""
    write_beside(out, json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def render_report(
    result: Mapping[str, Any],
    losses: Path | None,
    samples: Samples,
    recipe: Mapping[str, Any],
    comparison: Mapping[str, Any] | None = None,
) -> str:
    """The page as text; see `write_report`."""
    return render(
        TEMPLATE,
        result=result,
        comparison=section_of(comparison) if comparison else None,
        sections=[_section(task, result, samples) for task in result["tasks"]],
        curves=_curves(losses),
        recipe=json.dumps(recipe, indent=2, ensure_ascii=False, default=str),
    )


def _section(task: str, result: Mapping[str, Any], samples: Samples) -> dict[str, Any]:
    """All that the page shows of one task."""
    figures = result["tasks"][task]
    headline = next(iter(figures))
    found = {name: scores.get(task, {}).get(headline) for name, scores in result["baselines"].items()}
    known = {name: value for name, value in found.items() if value is not None}
    interval = result.get("intervals", {}).get(task, {}).get(headline)
    rivals = [name for name in result["baselines"] if name in result.get("against", ())]
    values = {MODEL: figures[headline] or 0.0, **known}
    return {
        "task": task,
        "headline": headline,
        "value": figures[headline],
        "interval": interval if interval and None not in interval else None,
        "rival": _strongest(headline, known),
        "is_simulated": task in result.get("simulated", ()),
        "sizes": result.get("sizes", {}).get(task, {}),
        "bars": Markup(bar_chart(values, MODEL, interval, rivals)),
        "table": metric_table(task, result, MODEL),
        "differences": {name: found[task] for name, found in result.get("differences", {}).items() if found.get(task)},
        "slices": _slice_charts(task, result["slices"], rivals),
        "samples": [sample for sample in samples if sample["task"] == task],
    }


def _strongest(metric: str, others: Mapping[str, float]) -> tuple[str, float] | None:
    """The best of the others, where one is better than another."""
    if not others:
        return None
    top = best(metric, [*others.values(), *others.values()])
    return next(((name, value) for name, value in others.items() if value == top), None)


def _slice_charts(task: str, slices: Mapping[str, Any], rivals: Sequence[str]) -> dict[str, Markup]:
    by_metric: dict[str, dict[str, dict[str, float]]] = {}
    for name, contestants in slices.items():
        for contestant, tasks in contestants.items():
            for metric, value in tasks.get(task, {}).items():
                by_metric.setdefault(metric, {}).setdefault(name, {})[contestant] = value or 0.0
    return {metric: Markup(slice_chart(values, MODEL, rivals)) for metric, values in by_metric.items()}


def _curves(losses: Path | None) -> dict[str, Markup]:
    """A chart of losses for every task of `losses.jsonl`; a last line that a killed run left unfinished is skipped."""
    points: dict[str, dict[str, tuple[list[float], list[float]]]] = {}
    for line in losses.read_text(encoding="utf-8").splitlines() if losses and losses.exists() else ():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        for task, loss in record["losses"].items():
            steps, values = points.setdefault(task, {}).setdefault(record["split"], ([], []))
            steps.append(record["step"])
            values.append(loss)
    empty: tuple[list[float], list[float]] = ([], [])
    return {
        task: Markup(loss_chart(found.get("train", empty), found.get("validation", empty)))
        for task, found in points.items()
    }
