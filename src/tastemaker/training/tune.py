"""The search: trial after trial until there are enough, each proposed from those before; a killed one goes on."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tastemaker.errors import TrainingError
from tastemaker.training.search_space import Dimension, Value
from tastemaker.training.trials import Outcome, Trial, Trials, write_trials

if TYPE_CHECKING:
    from tastemaker.training.study import Study

Objective = Callable[[int, Mapping[str, Value]], Outcome]
"""Train and judge the trial of a number with these values; called again for a trial that was cut off."""


@dataclass(frozen=True)
class Plan:
    """What is searched."""

    metric: str
    is_lower_better: bool
    search: Mapping[str, Dimension]
    first: Mapping[str, Value]
    """Values of the first trial."""
    terms: Mapping[str, Any]
    """JSON-able values by dotted key; a search that goes on must have the same."""
    seed: int


class Listener(Protocol):
    """Is told how the search goes."""

    def begins(self, number: int, values: Mapping[str, Value], before: Trials) -> None:
        """A trial of this number and with these values begins, or goes on, after those `before`."""
        ...

    def ended(self, trial: Trial, found: Trials) -> None:
        """A trial is over, the last of those `found`."""
        ...


def search(plan: Plan, objective: Objective, count: int, out: Path, listener: Listener) -> Trials:
    """Search until there are `count` trials, those that failed among them, in `out/study.db` and `out/trials.jsonl`.

    Raises:
        TrainingError: optuna is not installed.
        RecipeError: `out` holds a search for something else.
        CheckpointError: `out` holds something that is no search.
    """
    with _open(plan, out) as study:
        study.check_same(json.loads(json.dumps(plan.terms)), str(out))
        found = Trials(plan.metric, plan.is_lower_better, study.trials())
        while len(found.trials) < count:
            trial = study.next(plan.first)
            number = len(found.trials) + 1
            listener.begins(number, trial.params, found)
            started = time.monotonic()
            outcome = objective(number, trial.params)
            study.tell(trial, outcome, time.monotonic() - started)
            found = Trials(plan.metric, plan.is_lower_better, study.trials())
            write_trials(found.trials, out / "trials.jsonl")
            listener.ended(found.trials[-1], found)
    write_trials(found.trials, out / "trials.jsonl")
    return found


def _open(plan: Plan, out: Path) -> AbstractContextManager["Study"]:
    try:
        from tastemaker.training.study import open_study  # noqa: PLC0415 - optuna is an optional extra
    except ModuleNotFoundError as error:
        if error.name != "optuna":
            raise
        raise TrainingError('tuning needs optuna, found none. Install it: pip install "tastemaker[tune]"') from None
    return open_study(out / "study.db", plan.search, plan.is_lower_better, plan.seed)
