"""The same set of classes for every example: the most frequent of training, as many as are best on validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.metrics.classes import Classes, micro_f1
from tastemaker.tasks.example import Example, Label, Task
from tastemaker.tasks.labels import Labelling


@dataclass(frozen=True)
class FrequentClasses:
    """Says the same of every example of a label set."""

    counts: Mapping[str, int]
    """By label set, how many classes are said to hold."""

    def classes(self, examples: Sequence[Example]) -> NDArray[np.bool_]:
        return np.array([most_frequent(example, self.counts.get(_name(example), 1)) for example in examples])


def most_frequent(example: Example, count: int) -> NDArray[np.bool_]:
    """`[C]`, True for the `count` classes of the example's label set that training has most often."""
    assert isinstance(example.target, Label)
    shares = np.array(example.target.labels.shares)
    said = np.zeros(len(shares), dtype=np.bool_)
    said[np.argsort(-shares, kind="stable")[:count]] = True
    return said


def fit_frequent_classes(dataset: Dataset, tasks: Sequence[Task]) -> FrequentClasses:
    """Choose for every label set whose classes may hold together how many are said to, by micro-F1 on validation."""
    counts = {}
    for task in tasks:
        if isinstance(task, Labelling) and task.label_set(dataset).is_multi:
            examples = list(task.examples(dataset, Split.VALIDATION))
            counts[task.label_set(dataset).name] = _best_count(examples) if examples else 1
    return FrequentClasses(counts)


def _best_count(examples: Sequence[Example]) -> int:
    true = np.array([example.target.values for example in examples if isinstance(example.target, Label)]) >= 0.5

    def reached(count: int) -> float:
        return micro_f1(Classes(np.array([most_frequent(example, count) for example in examples]), true)).value

    return max(range(1, true.shape[1] + 1), key=reached)


def _name(example: Example) -> str:
    return example.target.labels.name if isinstance(example.target, Label) else ""
