"""Results as tables for people and as JSON for scripts; nothing else writes to stdout."""

import contextlib
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tastemaker.inference.answers import Explanation, Recommendation

WIDTH = 100
"""Columns where stdout is no terminal that says how many it has."""

VARIANTS = ("_unmasked", "_pessimistic")
"""Ends of metrics that tables leave to the report and to JSON: seen items ranked too, ties broken against us."""

STRONGEST = 10
"""Most past items that an explanation shows; JSON has all."""


def output() -> Console:
    """Where results go."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)


def messages() -> Console:
    """Where everything but results goes."""
    return Console(stderr=True, highlight=False, markup=False)


@contextlib.contextmanager
def clean_stdout() -> Iterator[None]:
    """Send what libraries write to stdout to stderr, so that a result stands there alone."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


@contextlib.contextmanager
def thinking() -> Iterator[None]:
    """Keep stdout clean, and show on a terminal that something is being worked out."""
    with clean_stdout(), messages().status("thinking"):
        yield


def write_json(result: object) -> None:
    """Write one JSON object and a newline; a figure that is not finite becomes null."""
    sys.stdout.write(json.dumps(_plain(result), ensure_ascii=False, allow_nan=False) + "\n")


def recommendation_table(recommendations: Sequence["Recommendation"], with_reasons: bool = True) -> Table:
    """Ranked items, the best first."""
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("#", justify="right")
    table.add_column("item", justify="right", style="dim")
    table.add_column("title", ratio=2, style="bold")
    table.add_column("score", justify="right")
    if with_reasons:
        table.add_column("why", ratio=3)
    for rank, found in enumerate(recommendations, start=1):
        reason = [found.reason] if with_reasons else []
        table.add_row(*map(Text, (str(rank), found.item_id, found.title, f"{found.score:.4f}", *reason)))
    return table


def contribution_table(explanation: "Explanation") -> Table:
    """The past items that carried the score most, the strongest first."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("item", justify="right", style="dim")
    table.add_column("past item", style="bold")
    table.add_column("carried", justify="right")
    ordered = sorted(explanation.contributions, key=lambda part: -abs(part.weight))
    for part in ordered[:STRONGEST]:
        table.add_row(*map(Text, (part.item_id, part.title, f"{part.weight:+.3f}")))
    if ordered[STRONGEST:]:
        table.add_row("", Text(f"and {len(ordered) - STRONGEST} more", style="dim"), "")
    return table


def evaluation_tables(report: Mapping[str, Any]) -> Iterator[Text | Table]:
    """A heading and a table per task: a row per metric, a column per system, the evaluated run first.

    Names of systems are stacked, a word a line, so that the tables of a usual evaluation fit in 80 columns.
    """
    for task, metrics in report["tasks"].items():
        others = {name: scores[task] for name, scores in report["baselines"].items() if task in scores}
        yield _heading(task, report)
        table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False)
        table.add_column("metric", no_wrap=True)
        for name in ("this_run", *others):
            style = "" if name in others else "bold"
            table.add_column(Text(name.replace("_", "\n")), justify="right", overflow="fold", style=style)
        for metric, value in metrics.items():
            if metric.endswith(VARIANTS):
                continue
            cells = (value, *(scores.get(metric) for scores in others.values()))
            table.add_row(Text(metric), *(Text(_figure(cell)) for cell in cells))
        yield table


def _heading(task: str, report: Mapping[str, Any]) -> Text:
    """What is measured, on how much, and whether its texts are simulated."""
    sizes = [f"{count:,} {what}" for what, count in report.get("sizes", {}).get(task, {}).items()]
    simulated = ["simulated"] if task in report.get("simulated", ()) else []
    return Text("\n" + ", ".join([f"{task} ({report['split']})", *simulated, *sizes]), style="bold")


def _figure(value: object) -> str:
    """Four decimals, two above ten: `0.1571`, `214.92`."""
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    """The value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    number = float(value)  # type: ignore[arg-type]  # numpy's numbers, too; anything else is a bug and raises here
    return number if math.isfinite(number) else None
