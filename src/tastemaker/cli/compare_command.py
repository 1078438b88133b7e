"""The command `tastemaker compare`: parses arguments, calls the stage, shows what each task gained or lost."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from rich import box
from rich.table import Table
from rich.text import Text

import tastemaker
from tastemaker.cli import show
from tastemaker.data.split import Split

COUNTED: Final = ("seconds", "processor_seconds", "positions")
NAMES: Final = ("", "task", "slice", "metric")
"""Columns of words."""
COLOURS: Final = {"better": "green", "worse": "red"}
EXAMPLES: Final = (
    "tastemaker compare runs/demo runs/next_item",
    "tastemaker compare runs/joint runs/next_item runs/rating runs/dialogue --metric dialogue=recall@10_novel --full",
    "tastemaker compare runs/joint runs/next_item --split validation --json > compare.json",
)


def compare(  # noqa: PLR0913 - one parameter an option
    joint: Annotated[Path, typer.Argument(metavar="JOINT", help="A run trained on several tasks.")],
    singles: Annotated[
        list[Path], typer.Argument(metavar="SINGLE…", help="Runs on the same data, each trained on some of them.")
    ],
    split: Annotated[Literal["validation", "test"], typer.Option("--split", help="Part of the data set.")] = "test",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of compare.json and compare.html; else JOINT.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", metavar="TASK=METRIC", help="Judge a task by another metric; may be given again."),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Judge all texts, not a sample of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")] = False,
) -> None:
    """Say what each task gained or lost by joint training, and what that cost."""
    pairs = [pair.partition("=") for pair in metrics or ()]
    for task, _, metric in pairs:
        if not task or not metric:
            raise typer.BadParameter(f"--metric: expected TASK=METRIC, such as like=f1, found {task!r}.")
    with show.clean_stdout():
        found = tastemaker.compare(
            joint,
            singles,
            split=Split(split),
            out=out,
            full=full,
            metrics={task: metric for task, _, metric in pairs},
            say=show.messages().print,
        )
    if as_json:
        show.write_json(found)
        return
    for part in tables(found):
        show.output().print(part)
    show.output().print(f"Charts: {(out or joint) / 'compare.html'}", soft_wrap=True)


def tables(found: Mapping[str, Any]) -> Iterator[Text | Table]:
    """Every task, every slice, and the cost; a heading above each."""
    yield Text(f"\nWhat JOINT gained ({found['split']}), + is better in every metric", style="bold")
    yield _task_table(found)
    yield Text(_summary(found))
    if found["slices"]:
        yield Text("\nWhere little is known, how likely texts are, when replies recommend", style="bold")
        yield _slice_table(found)
        yield Text("\nAll tasks of a slice together", style="bold")
        yield _part_table(found["slices"])
    yield Text("\nWhat training took", style="bold")
    yield _cost_table(found["cost"])
    if found["cost"]["tasks"]:
        yield Text("\nWhat each task was shown", style="bold")
        yield _seen_table(found["cost"]["tasks"])
    if found["not_compared"]:
        yield Text(f"Not compared, having no run of their own or no example: {', '.join(found['not_compared'])}.")


def _task_table(found: Mapping[str, Any]) -> Table:
    table = _table("task", "metric", "alone", "joint", "change", "95 % interval", "")
    for task, it in found["tasks"].items():
        figures = (_number(it["alone"]), _number(it["joint"]), _percent(it["change"]), _interval(it))
        table.add_row(task, it["metric"], *figures, Text(it["verdict"], style=COLOURS.get(it["verdict"], "")))
    return table


def _slice_table(found: Mapping[str, Any]) -> Table:
    table = _table("task", "slice", "metric", "change", "95 % interval", "")
    for task in found["tasks"]:
        parts = {name: part["tasks"][task] for name, part in found["slices"].items() if task in part["tasks"]}
        for place, (name, it) in enumerate(parts.items()):
            verdict = Text(it["verdict"], style=COLOURS.get(it["verdict"], ""))
            table.add_row("" if place else task, name, it["metric"], _change(it), _interval(it), verdict)
    return table


def _part_table(slices: Mapping[str, Any]) -> Table:
    """What the tasks of every slice gained together."""
    table = _table("slice", "delta-m", "95 % interval", "better", "worse")
    for name, part in slices.items():
        mean, of = part["delta_m"], len(part["tasks"])
        table.add_row(name, _percent(mean["value"]), _interval(mean), f"{part['better']} of {of}", f"{part['worse']}")
    return table


def _change(it: Mapping[str, Any]) -> str:
    """In percent; where alone is 0, the plain difference."""
    if it["change"] is None and it["difference"]["value"] is not None:
        return f"{it['difference']['value']:+.4f} in all"
    return _percent(it["change"])


def _cost_table(cost: Mapping[str, Any]) -> Table:
    table = _table("", "seconds", "of the processor", "positions")
    rows = {"joint": cost["joint"], **cost["singles"], "sum of singles": cost["sum"]}
    for name, spent in rows.items():
        table.add_row(name, *(_count(spent[what]) for what in COUNTED))
    ratios = (cost["ratio"][what] for what in COUNTED)
    table.add_row("joint / sum", *("unknown" if ratio is None else f"{100 * ratio:.0f} %" for ratio in ratios))
    return table


def _seen_table(seen: Mapping[str, Any]) -> Table:
    """Positions and targets of every task: whether both sides learnt from as much of it."""
    table = _table("task", "positions, joint", "alone", "ratio", "targets, joint", "alone")
    for task, both in seen.items():
        (ours, theirs), (told, told_alone) = ([it[what] for it in both.values()] for what in ("positions", "targets"))
        ratio = f"{100 * ours / theirs:.0f} %" if theirs else ""
        table.add_row(task, _count(ours), _count(theirs), ratio, _count(told), _count(told_alone))
    return table


def _summary(found: Mapping[str, Any]) -> str:
    counts = f"{found['better']} of {len(found['tasks'])} tasks better beyond their interval, {found['worse']} worse."
    mean = found["delta_m"]
    if len(found["tasks"]) < 2:
        return counts
    return f"Mean change (delta-m) {_percent(mean['value'])} {_interval(mean)}; {counts}"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for name in columns:
        table.add_column(name, justify="left" if name in NAMES else "right", overflow="fold")
    return table


def _interval(it: Mapping[str, Any]) -> str:
    """In percent; of the plain difference where a share has none."""
    if it["low"] is not None:
        return f"[{100 * it['low']:+.1f}, {100 * it['high']:+.1f}]"
    low, high = (it.get("difference", it)[end] for end in ("low", "high"))
    return "" if low is None else f"[{low:+.4f}, {high:+.4f}]"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _count(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.0f}"
