"""One trial of a search: trained by the stage `train`, judged on validation, then kept without its optimizer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from tastemaker.checkpoint.store import checkpoint_folder, load_checkpoint, read_json, save_checkpoint
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli import stages
from tastemaker.cli.recipe import Recipe, with_changes
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError, TrainingError
from tastemaker.evaluation.one_metric import OneMetric
from tastemaker.inference.predictor import Predictor
from tastemaker.training.search_space import Value
from tastemaker.training.trials import Outcome
from tastemaker.training.watch import Watch

LOSS: Final = "loss"
"""The metric that needs no evaluation: the score that early stopping watches."""


@dataclass(frozen=True)
class TrialRuns:
    """The trainings of a search; called as its `Objective`."""

    recipe: Recipe
    out: Path
    watch: Watch

    def __call__(self, number: int, changes: Mapping[str, Value]) -> Outcome:
        """Train and judge; what was cut off goes on from its last checkpoint."""
        run = self.run(number)
        try:
            stages.train(with_changes(self.recipe, changes, f"trial {number}"), run, resume=True, watch=self.watch)
            return Outcome(self._value(run), _state(run)["step"])
        except (TrainingError, RecipeError) as error:
            return Outcome(None, _state(run)["step"] if (run / "last.json").is_file() else 0, str(error))

    def run(self, number: int) -> Path:
        """Folder of a trial."""
        return self.out / "trials" / f"{number:03d}"

    @cached_property
    def metric(self) -> OneMetric | None:
        """By what trials are judged; None for the score that early stopping watches.

        Raises:
            RecipeError: the metric does not fit its task.
            DataError: no data set, or one without validation examples of the task.
        """
        if self.recipe.tune.metric == LOSS:
            return None
        task, _, name = self.recipe.tune.metric.partition("/")
        dataset = Dataset.load(self.recipe.data)
        return OneMetric.of(self.recipe.tasks[task], name, dataset, Split.VALIDATION, self.recipe.evaluation)

    def shed(self, number: int) -> None:
        """Keep of a judged trial what use needs: weights without optimizer, of the best step alone."""
        run = self.run(number)
        if (run / "last.json").is_file():
            best = load_checkpoint(run, "best")
            (run / "last.json").unlink()
            save_checkpoint(run, replace(best, tensors={"weights": best.tensors["weights"]}), ("best",))

    def _value(self, run: Path) -> float:
        if self.metric is None:
            return float(_state(run)["stopping"]["best"])
        return self.metric(Predictor(load_trained(run, device=stages.chosen_device(self.recipe.training.device))))


def _state(run: Path) -> dict[str, Any]:
    """Where training stood at the last checkpoint."""
    state: dict[str, Any] = read_json(checkpoint_folder(run, "last") / "training.json")
    return state
