"""The table of `benchmarks.each_task`: each task alone beside its baselines, and together with the others."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

TOGETHER: Final = "joint"
"""The model that all tasks of a recipe were trained for."""
SHOWN: Final = {"dialogue": "recall@10_novel"}
"""The metric that a task is judged by, where it is not its first."""
NOTE: Final = """Where a recipe asks for genres or texts of items, what the joint model must not read of them is kept
from a task alone as well if its command below says `data.withhold_for`; without that it knows more of the items.
"""
HEAD: Final = ("task", "metric", "joint", "alone", "other", "of other", "alone minus other, 95 % interval, by seed")

Results = Sequence[Mapping[str, Any]]


def head_and_rows(results: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """One row for every baseline of every task; figures are means over seeds, an interval belongs to one seed."""
    models: dict[str, list[Mapping[str, Any]]] = {}
    for found in results:
        models.setdefault(found["model"], []).append(found)
    together = models.pop(TOGETHER, [])
    tasks = dict.fromkeys(name.partition("/")[0] for found in results for name in found["metrics"])
    return HEAD, [row for task in tasks for row in _rows(task, models.get(task, []), together)]


def _rows(task: str, alone: Results, together: Results) -> Iterator[Sequence[str]]:
    judged = [*alone, *together]
    metric = (
        f"{task}/{SHOWN[task]}"
        if task in SHOWN
        else next(it for it in judged[0]["metrics"] if it.startswith(f"{task}/"))
    )
    compared = alone or together
    others = [name for name, of in compared[0]["differences"].items() if metric in of]
    for other in others:
        gaps = [found["differences"][other][metric] for found in compared]
        theirs = [found["baselines"][other][metric] for found in compared]
        note = "" if alone else " (of joint)"
        shown = "; ".join(f"{gap['value']:+.4f} [{gap['low']:+.4f}, {gap['high']:+.4f}]" for gap in gaps)
        ours = (_mean([found["metrics"].get(metric) for found in it]) for it in (together, alone))
        yield task, metric.partition("/")[2], *ours, other, _mean(theirs), shown + note


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):.4f}" if known else ""
