"""The label sets of a recipe's tasks, and how one is counted out of training targets."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, runtime_checkable

from tastemaker.data.dataset import Dataset
from tastemaker.tasks.example import LabelSet, Task


@runtime_checkable
class Labelling(Protocol):
    """A task whose targets are labels."""

    def label_set(self, dataset: Dataset) -> LabelSet:
        """The classes that it chooses from, found on training data only.

        Raises:
            DataError: the data set lacks what this task needs.
        """
        ...


def label_sets(dataset: Dataset, tasks: Iterable[Task]) -> tuple[LabelSet, ...]:
    """The label sets of all tasks that have one, in the order of the tasks, each once."""
    found = [task.label_set(dataset) for task in tasks if isinstance(task, Labelling)]
    return tuple({labels.name: labels for labels in found}.values())


def counted(
    name: str, holding: Sequence[Collection[str]], classes: Sequence[str], is_multi: bool, left_out: int = 0
) -> LabelSet:
    """A label set with the share that each class has in training.

    Args:
        name: of the set.
        holding: for every training example the classes that hold.
        classes: in their order.
        is_multi: whether several may hold at once.
        left_out: classes that are too rare.
    """
    counts = Counter(label for labels in holding for label in labels)
    shares = tuple(counts[label] / max(len(holding), 1) for label in classes)
    return LabelSet(name, tuple(classes), shares, is_multi, left_out)
