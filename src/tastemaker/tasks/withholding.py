"""What training must not read, since a task of the recipe is judged by it: a data set without those answers."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from tastemaker.data.dataset import Dataset
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Task


@runtime_checkable
class Withholding(Protocol):
    """A task that predicts what the catalog says of an item, and so what cards of other tasks would print."""

    def withhold(self, dataset: Dataset) -> Dataset:
        """The data set without the answers of validation and test items in `catalog`; `answers` keeps them.

        Raises:
            DataError: the data set lacks what this task needs.
        """
        ...


def training_view(dataset: Dataset, tasks: Iterable[Task]) -> Dataset:
    """What a model of all these tasks may be trained on: no card, evidence, wish or content vector has an answer.

    Answers of the tasks in `data.withhold_for` are kept from it, too.
    """
    trained = {task.name: task for task in tasks}
    others = {name: TASKS[name]() for name in dataset.config.withhold_for if name not in trained}
    for task in (trained | others).values():
        if isinstance(task, Withholding):
            dataset = task.withhold(dataset)
    return dataset
