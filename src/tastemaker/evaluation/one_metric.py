"""One metric of one task: no baseline, no slice, no report. It is by this that trials of a search are compared."""

import math
from dataclasses import dataclass

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.evaluation.answers import kind_of
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import known_items, target_items
from tastemaker.evaluation.figures import Material, check_names, measure
from tastemaker.evaluation.judge import READS, Judge
from tastemaker.evaluation.ranked import rank
from tastemaker.inference.predictor import Predictor
from tastemaker.metrics import find_metric
from tastemaker.tasks.example import Example, Task


@dataclass(frozen=True)
class OneMetric:
    """A metric on the examples of one task in one split."""

    name: str
    kind: str
    """See `kind_of`."""
    examples: list[Example]
    dataset: Dataset
    split: Split
    config: EvaluationConfig

    @classmethod
    def of(cls, task: Task, name: str, dataset: Dataset, split: Split, config: EvaluationConfig) -> "OneMetric":
        """Gather the examples.

        Raises:
            RecipeError: no such metric, or one that does not fit the task.
            DataError: the split has no example of the task.
        """
        find_metric(name)
        examples = list(task.examples(dataset, split))
        if not examples:
            raise DataError(
                f"{dataset.config.path}: expected examples of {task.name} in {split}, found none. Hold out more "
                f"items: raise data.{split}_items."
            )
        kind = kind_of(examples)
        check_names(task.name, [name], READS[kind])
        return cls(name, kind, examples, dataset, split, config)

    def __call__(self, predictor: Predictor) -> float:
        """Measure a model.

        Raises:
            RecipeError: the model's answers give the metric nothing to measure.
        """
        if find_metric(self.name).reads == "places":
            figures = measure([self.name], {"places": self._ranking(predictor)})
        else:
            judge = Judge.of(self.dataset, self.split, self.config)
            figures = judge.verdict(predictor, self.examples, self.kind, [self.name]).figures
        value = figures[self.name].value if self.name in figures else math.nan
        if not math.isfinite(value):
            raise RecipeError(f"{self.name}: expected a number, found none on {self.split}. Search by another metric.")
        return value

    def _ranking(self, predictor: Predictor) -> Material:
        """Ranks alone: nothing is written, whatever the task."""
        asked = [example for example in self.examples if target_items(example)]
        seen = [known_items(example, self.dataset, self.split) for example in asked]
        ranking = rank(predictor, asked, self.config, seen)
        return Material(ranking.masked, ranking.clusters)
