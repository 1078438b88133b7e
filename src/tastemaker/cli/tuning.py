"""The stage `tune`: trials of a recipe with other values, compared on validation; test is never looked at."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tastemaker.cli.recipe import Recipe, to_mapping, with_changes
from tastemaker.cli.recipe_file import write_recipe
from tastemaker.cli.search_table import fitted
from tastemaker.cli.stages import chosen_device
from tastemaker.cli.tables import leaves, suggestion
from tastemaker.cli.trial_run import LOSS, TrialRuns
from tastemaker.errors import CheckpointError, RecipeError, TrainingError
from tastemaker.metrics import find_metric
from tastemaker.training.search_space import Dimension, Value
from tastemaker.training.trial_chart import draw_trials
from tastemaker.training.trials import Trial, Trials
from tastemaker.training.tune import Listener, Plan, search
from tastemaker.training.watch import Silent, Watch

FREE: Final = ("training.device", "training.threads")
"""Keys that may change when a search goes on."""


def tune(recipe: Recipe, out: Path | str, *, trials: int, watch: Watch | None = None) -> Trials:
    """Search for better values of what `recipe.tune` names, or go on with the search in `out`.

    Writes `out/trials.jsonl`, `out/trials.png`, `out/best.toml`, and every trial's run in `out/trials/NNN`.

    Args:
        recipe: see `tastemaker.cli.recipe.read_recipe`; as it stands, it is the first trial.
        out: folder of the search.
        trials: how many there shall be in all, with those that are there already and those that failed.
        watch: is told of every step of every trial.

    Raises:
        RecipeError: nothing to search, a value that does not fit, or another search than that in `out`.
        TrainingError: optuna is not installed, or every trial failed.
        CheckpointError: `out` holds a run, or a search that cannot be read.
    """
    out, watch = Path(out), watch or Silent()
    if trials < 1:
        raise RecipeError(f"the number of trials must be at least 1, found {trials}.")
    plan = plan_search(recipe)
    runs = TrialRuns(recipe, out, watch)
    _ = runs.metric  # what does not fit is told before anything trains
    if (out / "last.json").exists():
        raise CheckpointError(f"{out}: expected a folder for a search, found a run. Pass another --out.")
    out.mkdir(parents=True, exist_ok=True)
    found = search(plan, runs, trials, out, _Teller(trials, runs, watch))
    _write_best(found, plan.search, recipe, out)
    return found


def plan_search(recipe: Recipe) -> Plan:
    """What to search, checked against the recipe.

    Raises:
        RecipeError: there is nothing to search, or it does not fit.
    """
    chosen_device(recipe.training.device)
    if not recipe.tune.search:
        raise RecipeError(
            "[tune.search] expected keys to search, found none. Name some in the recipe, such as "
            '"training.learning_rate" = { low = 3e-4, high = 3e-3, log = true }.'
        )
    own = leaves(to_mapping(recipe))
    space = fitted(recipe.tune.search, own, lambda key, value: _as_held(recipe, key, value))
    first = {key: own[key] for key in space}
    terms = {key: value for key, value in own.items() if key not in FREE}
    terms |= leaves(
        {"tune": {"metric": recipe.tune.metric, "search": {key: asdict(part) for key, part in space.items()}}}
    )
    return Plan(recipe.tune.metric, _is_lower_better(recipe), space, first, terms, recipe.training.seed)


def _as_held(recipe: Recipe, key: str, value: Value) -> Any:
    """The value as the recipe's dataclass holds it, whole or decimal."""
    return leaves(to_mapping(with_changes(recipe, {key: value}, f"[tune.search] {key} = {value!r}")))[key]


def _is_lower_better(recipe: Recipe) -> bool:
    if recipe.tune.metric == LOSS:
        return True
    task, _, name = recipe.tune.metric.partition("/")
    if task not in recipe.tasks or not name:
        known = [LOSS, *(f"{task.name}/{metric}" for task in recipe.tasks.values() for metric in task.metrics)]
        raise RecipeError(
            f"[tune] metric must be {LOSS!r} or TASK/METRIC of a task of the recipe, found {recipe.tune.metric!r}; "
            f"{suggestion(recipe.tune.metric, known)}"
        )
    return find_metric(name).is_lower_better


class _Teller(Listener):
    """Says which trial begins and what came of it, and makes room after it."""

    def __init__(self, total: int, runs: TrialRuns, watch: Watch) -> None:
        self.total, self.runs, self.watch = total, runs, watch

    def begins(self, number: int, values: Mapping[str, Value], before: Trials) -> None:
        """See `Listener`."""
        best = before.best()
        so_far = f"; best so far {best.value:.4f} (trial {best.number})" if best else ""
        self.watch.say(f"trial {number} of {self.total}: {in_words(values)}{so_far}")

    def ended(self, trial: Trial, found: Trials) -> None:
        """See `Listener`."""
        if trial.value is None:
            self.watch.say(f"trial {trial.number} of {self.total} failed: {trial.reason}")
            return
        self.runs.shed(trial.number)
        mark = " (best so far)" if found.best() == trial else ""
        took = f"{trial.steps} steps, {trial.seconds:.0f} s"
        self.watch.say(f"trial {trial.number} of {self.total}: {found.metric} {trial.value:.4f}, {took}{mark}")


def in_words(values: Mapping[str, Value]) -> str:
    """Values by key in a line; four significant digits of a decimal number."""
    return ", ".join(
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in values.items()
    )


def _write_best(found: Trials, space: Mapping[str, Dimension], recipe: Recipe, out: Path) -> None:
    best = found.best()
    if best is None:
        raise TrainingError(
            f"{out}: all {len(found.trials)} trials failed, the last one so: {found.trials[-1].reason} "
            "Search elsewhere, into another --out."
        )
    draw_trials(found, space, out / "trials.png")
    line = f"Trial {best.number} of {len(found.trials)} of a search: {found.metric} {best.value:.6g} on validation."
    write_recipe(with_changes(recipe, best.values, f"trial {best.number}"), out / "best.toml", [line])
