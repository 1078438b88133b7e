"""What a run took to train, as it keeps it; runs from before this was kept give None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tastemaker.checkpoint.store import SECONDS, checkpoint_folder, read_json

COUNTED: Final = ("seconds", "processor_seconds", "positions")
"""What is added up over runs."""
DATA: Final = "data"
"""Key of a state: the checksums of the data set's tables."""
FITS: Final = "fits_labels"
"""Key of a state: whether label heads are fitted once more when all steps are taken."""
FITTED: Final = "labels_are_fitted"
"""Key of the state of a best checkpoint: whether that was done."""


@dataclass(frozen=True)
class Spent:
    """The cost of one run, whole, up to its last checkpoint."""

    seconds: float | None
    """Of steps and validations, all attempts together."""
    positions: int | None
    """Read in training, without padding; tasks that share a row read it once."""
    tasks: dict[str, dict[str, int]] = field(default_factory=dict)
    """By task `positions` of its rows and `targets`; empty where that is not known."""
    processor_seconds: float | None = None
    """The same of the processor, all threads together: what other work on the machine changes least."""

    @classmethod
    def of(cls, run: Path) -> "Spent":
        """Read it.

        Raises:
            CheckpointError: no run, or a broken one.
        """
        seen = training_state(run).get("seen") or {}
        timed = read_json(run / SECONDS) if (run / SECONDS).exists() else {}
        return cls(timed.get("seconds"), seen.get("positions"), seen.get("tasks", {}), timed.get("processor_seconds"))


def training_state(run: Path) -> dict[str, Any]:
    """Where training stood at the last checkpoint.

    Raises:
        CheckpointError: no run, or a broken one.
    """
    state: dict[str, Any] = read_json(checkpoint_folder(run, "last") / "training.json")
    return state


def is_finished(run: Path) -> bool:
    """Whether a run trained to its end, label heads and all; False where there is none.

    Raises:
        CheckpointError: a broken run.
    """
    if not (run / "last.json").is_file():
        return False
    state = training_state(run)
    if not state["is_finished"] or not state.get(FITS):
        return bool(state["is_finished"])
    return bool(read_json(checkpoint_folder(run, "best") / "training.json").get(FITTED))


def costs(joint: Spent, singles: Mapping[str, Spent], alone: Mapping[str, str]) -> dict[str, Any]:
    """Joint training beside the sum of the singles.

    Args:
        joint: what joint training took.
        singles: what the others took, by name.
        alone: by task the single that it is compared with.

    Returns:
        `{"joint": {"seconds", "processor_seconds", "positions"}, "singles": {name: …}, "sum": …, "ratio": …, "tasks":
        {task: {"joint": {"positions", "targets"}, "alone": …}}}`; the ratio is joint over sum. What some run does not
        know is None, and a task of which one side does not know is left out.
    """
    total = {what: _sum([getattr(it, what) for it in singles.values()]) for what in COUNTED}
    own = {what: getattr(joint, what) for what in COUNTED}
    ratio = {what: value / whole if (value := own[what]) and (whole := total[what]) else None for what in total}
    seen = {task: (joint.tasks.get(task), singles[name].tasks.get(task)) for task, name in alone.items()}
    return {
        "joint": own,
        "singles": {name: {what: getattr(it, what) for what in COUNTED} for name, it in singles.items()},
        "sum": total,
        "ratio": ratio,
        "tasks": {task: {"joint": ours, "alone": theirs} for task, (ours, theirs) in seen.items() if ours and theirs},
    }


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None
