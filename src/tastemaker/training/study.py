"""The search's memory and its proposals: an optuna study in an SQLite file, which survives `kill -9`.

Source:
    Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019; Bergstra et al.,
    "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011 (the sampler, TPE).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import optuna
from optuna.exceptions import OptunaError
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from tastemaker.errors import CheckpointError, RecipeError, first_line
from tastemaker.training.search_space import Choices, Dimension, Value
from tastemaker.training.trials import Outcome, Trial

NAME: Final = "tastemaker"
APART: Final = 1_000_003
"""Between the seeds of two values of a trial: further than there are trials."""


@contextmanager
def open_study(file: Path, search: Mapping[str, Dimension], is_lower_better: bool, seed: int) -> Iterator["Study"]:
    """The study in `file`, begun if there is none, for as long as the block lasts.

    Raises:
        CheckpointError: the file is no study, or cannot be read or written.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    direction: Any = "minimize" if is_lower_better else "maximize"
    try:
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        try:
            found = optuna.create_study(storage=storage, study_name=NAME, direction=direction, load_if_exists=True)
            yield Study(found, search, seed)
        finally:
            storage.remove_session()
            storage.engine.dispose()
    except (SQLAlchemyError, OptunaError) as error:
        raise CheckpointError(
            f"{file}: expected the record of a search, found an error: {first_line(error)}. Make sure that the "
            "place can be written, or pass another --out."
        ) from None


class Study:
    """Proposes values, takes in outcomes; every proposal depends on the seed and the outcomes before it alone."""

    def __init__(self, study: optuna.Study, search: Mapping[str, Dimension], seed: int) -> None:
        self._study, self.search, self.seed = study, search, seed

    def check_same(self, terms: Mapping[str, Any], where: str) -> None:
        """Note what the search is about; a study that stands there already must be about the same.

        Args:
            terms: JSON-able values by dotted key.
            where: begins the message.

        Raises:
            RecipeError: it is about something else; names the first key that differs.
        """
        before = self._study.user_attrs.get("terms")
        if before is None:
            self._study.set_user_attr("terms", dict(terms))
            return
        for key in sorted(before.keys() | terms.keys()):
            if before.get(key) != terms.get(key):
                raise RecipeError(
                    f"{where}: to go on, {key} must be {before.get(key)!r} as when the search began, found "
                    f"{terms.get(key)!r}. Search into another --out instead."
                )

    def next(self, first: Mapping[str, Value]) -> optuna.Trial:
        """The trial that was cut off, else a new one; the very first takes the values `first`."""
        known = self._study.get_trials(deepcopy=False)
        begun = [trial for trial in known if trial.state is TrialState.RUNNING]
        seed = self.seed + sum(trial.state.is_finished() for trial in known)
        if not known:
            self._study.enqueue_trial(dict(first))
        trial = optuna.trial.Trial(self._study, begun[0]._trial_id) if begun else self._study.ask()
        for place, (key, dimension) in enumerate(self.search.items()):
            # A sampler that begins anew with each value goes on alike wherever the search was killed.
            self._study.sampler = optuna.samplers.TPESampler(seed=seed + APART * place)
            _suggest(trial, key, dimension)
        return trial

    def tell(self, trial: optuna.Trial, outcome: Outcome, seconds: float) -> None:
        """Take in what became of a trial."""
        for name, value in (("seconds", round(seconds, 1)), ("steps", outcome.steps), ("reason", outcome.reason)):
            trial.set_user_attr(name, value)
        if outcome.value is None:
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            self._study.tell(trial, outcome.value)

    def trials(self) -> tuple[Trial, ...]:
        """Those that are over."""
        over = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.FAIL))
        return tuple(_record(trial, self.search) for trial in over)


def _suggest(trial: optuna.Trial, key: str, dimension: Dimension) -> None:
    if isinstance(dimension, Choices):
        trial.suggest_categorical(key, dimension.choices)
    elif dimension.is_whole:
        trial.suggest_int(key, int(dimension.low), int(dimension.high), log=dimension.log)
    else:
        trial.suggest_float(key, dimension.low, dimension.high, log=dimension.log)


def _record(trial: FrozenTrial, search: Mapping[str, Dimension]) -> Trial:
    noted = trial.user_attrs
    state: Any = "complete" if trial.state is TrialState.COMPLETE else "failed"
    value = trial.value if state == "complete" else None
    values = {key: trial.params[key] for key in search}
    return Trial(trial.number + 1, state, value, noted["seconds"], noted["steps"], values, noted["reason"])
