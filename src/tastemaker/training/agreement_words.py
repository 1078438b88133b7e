"""What an `Agreement` says, in plain words: conflicts, what one model of all tasks gains, and what is proposed."""

import numpy as np

from tastemaker.training.affinity import FloatArray
from tastemaker.training.agreement import SURE, Agreement, Parting, unsure
from tastemaker.training.task_grouping import Group

OFTEN = 0.5
"""Share of the measurements from which on two tasks are said to conflict."""


def in_words(agreement: Agreement) -> list[str]:
    """A line for each thing to know."""
    proposed = agreement.partings[agreement.proposed]
    return [
        _conflicts(agreement),
        f"One model of all {len(agreement.tasks)} tasks: {_gain(agreement.partings[0])}",
        *_losers(agreement),
        f"Proposed: {_proposal(agreement, proposed)}",
        *(_of_group(agreement, group, proposed.by_task.mean) for group in proposed.grouping),
    ]


def _conflicts(agreement: Agreement) -> str:
    """The pairs whose gradients point apart, and the two that agree most."""
    names, cosines, conflicts = agreement.tasks, agreement.trunk_cosines.mean, agreement.conflicts
    pairs = [(i, j) for i in range(len(names)) for j in range(i) if np.isfinite(cosines[i, j])]
    if not pairs:
        return "No two tasks have gradients in the same measurement."
    often = [pair for pair in pairs if conflicts[pair] > OFTEN]
    first, last = min(pairs, key=lambda pair: cosines[pair]), max(pairs, key=lambda pair: cosines[pair])

    def told(pair: tuple[int, int]) -> str:
        return f"{names[pair[1]]} and {names[pair[0]]} (cosine {cosines[pair]:+.3f})"

    return (
        f"In the backbone, gradients of {len(often)} of {len(pairs)} pairs of tasks conflict in more than half of the "
        f"measurements. Furthest apart: {told(first)}; closest: {told(last)}."
    )


def _gain(parting: Parting) -> str:
    mean, error = float(parting.whole.mean), float(parting.whole.error)
    spread = f" ± {100 * error:.1f}" if np.isfinite(error) else ""
    return f"for a task, another task's share of a step is worth {100 * mean:+.1f}{spread} % of its own share."


def _losers(agreement: Agreement) -> list[str]:
    """The tasks that one model of all surely harms."""
    by_task = agreement.partings[0].by_task
    is_harmed = by_task.mean < -SURE * unsure(by_task.error)
    harmed = [f"{agreement.tasks[it]} {_percent(by_task.mean[it])}" for it in np.flatnonzero(is_harmed)]
    return [f"It holds back: {', '.join(harmed)}."] if harmed else []


def _proposal(agreement: Agreement, parting: Parting) -> str:
    count = len(parting.grouping)
    if count == 1:
        return "train all tasks together; no parting in up to three models is surely better."
    models = {2: "two models", 3: "three models"}.get(count, f"{count} models")
    return f"{models}; {_gain(parting)}"


def _of_group(agreement: Agreement, group: Group, by_task: FloatArray) -> str:
    """One model: the tasks that it is for, each with its gain, and those that are there to help."""
    served = ", ".join(f"{agreement.tasks[it]} {_percent(by_task[it])}" for it in group.used)
    helping = [agreement.tasks[it] for it in group.trained if it not in group.used]
    if len(group.trained) == 1:
        return f"- {agreement.tasks[group.used[0]]} alone"
    return f"- {served}" + (f"; only to help: {', '.join(helping)}" if helping else "")


def _percent(share: float) -> str:
    return f"{100 * share:+.1f} %"
