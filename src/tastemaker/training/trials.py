"""What a search found: one record per trial, and the file `trials.jsonl` that holds them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from tastemaker.training.search_space import Value


@dataclass(frozen=True)
class Outcome:
    """What became of one training: judged, or failed."""

    value: float | None
    """Of the metric; None where training failed."""
    steps: int
    """Optimizer steps taken."""
    reason: str = ""
    """Why it failed."""


@dataclass(frozen=True)
class Trial:
    """One training with its own values of the searched keys."""

    number: int
    """From 1."""
    state: Literal["complete", "failed"]
    value: float | None
    """Of the metric; None where training failed."""
    seconds: float
    """Of training and judging, without what came before it was last resumed."""
    steps: int
    """Optimizer steps taken."""
    values: Mapping[str, Value]
    """By the recipe's key."""
    reason: str = ""
    """Why it failed."""


@dataclass(frozen=True)
class Trials:
    """All trials of a search so far, in the order of their numbers."""

    metric: str
    is_lower_better: bool
    trials: tuple[Trial, ...]

    def ranked(self) -> list[Trial]:
        """Those that did not fail, the best first, the earlier first among equals."""
        sign = 1.0 if self.is_lower_better else -1.0
        judged = [(sign * trial.value, trial.number, trial) for trial in self.trials if trial.value is not None]
        return [trial for _, _, trial in sorted(judged, key=lambda entry: entry[:2])]

    def best(self) -> Trial | None:
        """The best trial; None where all failed."""
        return next(iter(self.ranked()), None)


def write_trials(trials: Sequence[Trial], path: Path) -> None:
    """Write a JSON object a line; beside, then renamed."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_text("".join(json.dumps(asdict(trial)) + "\n" for trial in trials), encoding="utf-8")
    beside.replace(path)
