"""The comparison of joint and single runs as `compare.json` and one HTML page, charts first."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tastemaker.evaluation.compare_charts import Change, cost_chart, gain_chart
from tastemaker.evaluation.pages import render, write_beside

COSTS = {
    "positions": "positions read",
    "seconds": "seconds of training",
    "processor_seconds": "seconds of the processor, all threads together",
}
DELTA_M = "mean (Δm)"


def write_comparison(result: Mapping[str, Any], out: Path) -> None:
    """Write both files to the folder `out`.

    Raises:
        DataError: the disk is full or the place cannot be written.
    """
    write_beside(out / "compare.json", json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    write_beside(out / "compare.html", render_comparison(result))


def render_comparison(result: Mapping[str, Any]) -> str:
    """The page as text."""
    return render("compare.html.j2", comparison=section_of(result))


def section_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the template of a comparison shows: the result and its charts."""
    is_of_parts = _is_of_parts(result)
    gains = {task: _change(found) for task, found in result["tasks"].items()}
    by_task = {task: _slices(task, result) for task in result["tasks"]}
    cost, folders = (
        result["cost"],
        (Path(result["joint"]).name, " + ".join(Path(run).name for run in result["singles"])),
    )
    bars = ("joint", "singles") if is_of_parts else folders
    return {
        "result": result,
        "question": "Did joint training help?" if is_of_parts else "Which of the runs is better?",
        "sides": ("joint", "alone") if is_of_parts else (result["joint"], " and ".join(result["singles"])),
        "gains": Markup(gain_chart({f"{task}": it for task, it in gains.items()} | _mean(result))),
        "slices": {task: Markup(gain_chart(found, 5.2)) for task, found in by_task.items() if len(found) > 1},
        "slice_rows": [(_slice_name(name), found) for name, found in result["slices"].items()],
        "costs": {
            unit: Markup(cost_chart(cost["joint"][what], _of_singles(result, what), bars))
            for what, unit in COSTS.items()
            if cost["ratio"][what] is not None
        },
    }


def _is_of_parts(result: Mapping[str, Any]) -> bool:
    """Whether every other run is of a part of the tasks: beside a run of all, nothing is said of joint training."""
    are_parts = all(result["tasks"].keys() - set(tasks) for tasks in result["singles"].values())
    return are_parts or len(result["tasks"]) == 1


def _change(found: Mapping[str, Any]) -> Change:
    return Change(found["change"], found["low"], found["high"], found["difference"]["value"], found.get("verdict"))


def _mean(found: Mapping[str, Any]) -> dict[str, Change]:
    """Delta-m, where it is of more than one task."""
    return (
        {DELTA_M: Change(*(found["delta_m"][key] for key in ("value", "low", "high")))}
        if len(found["tasks"]) > 1
        else {}
    )


def _slices(task: str, result: Mapping[str, Any]) -> dict[str, Change]:
    """The whole and every slice of a task, each with how many users are in it, and its metric if it has its own."""
    parts = {"all": result} | result["slices"]
    found = {name: part["tasks"][task] for name, part in parts.items() if task in part["tasks"]}
    usual = found["all"]["metric"]
    return {
        f"{_slice_name(name)}{'' if it['metric'] == usual else ', ' + it['metric']} ({it['users']:,})": _change(it)
        for name, it in found.items()
    }


def _slice_name(name: str) -> str:
    return name.replace("_", " ")


def _of_singles(result: Mapping[str, Any], what: str) -> dict[str, float]:
    """What each single took, by its tasks, which say more than its folder; by its whole path where two share them."""
    labels = {run: ", ".join(tasks) for run, tasks in result["singles"].items()}
    often = Counter(labels.values())
    costs = result["cost"]["singles"]
    return {label if often[label] == 1 else run: costs[run][what] for run, label in labels.items()}
