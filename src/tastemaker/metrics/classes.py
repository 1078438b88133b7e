"""Classes said to hold against those that do: one of several (a sentiment, a like), or any number (genres)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.metrics.tally import FloatArray, Tally, mean_of, ratio_of, share

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Classes:
    """What was said to hold and what does, both `[N, C]`."""

    said: BoolArray
    true: BoolArray


def two_classes(predicted: FloatArray, true: FloatArray) -> Classes:
    """Probabilities and true values `[N]` as the classes no and yes; one half counts as yes."""
    said, holds = predicted >= 0.5, true >= 0.5
    return Classes(np.stack([~said, said], axis=1), np.stack([~holds, holds], axis=1))


def accuracy(classes: Classes) -> Tally:
    """Share of examples of which all classes are right."""
    return mean_of((classes.said == classes.true).all(axis=1).astype(np.float64))


def micro_f1(classes: Classes) -> Tally:
    """F1 over all pairs of example and class: `2 tp / (said + true)`."""
    right = (classes.said & classes.true).sum(axis=1)
    return ratio_of(2.0 * right, classes.said.sum(axis=1) + classes.true.sum(axis=1, dtype=np.float64))


def macro_f1(classes: Classes) -> Tally:
    """Mean F1 over the classes that are said or true at all, the rarest counting like the most frequent.

    Source:
        Opitz and Burst, "Macro F1 and Macro F1", 2019: the mean of F1 values, not the F1 of mean precision and recall.
    """
    right = 2.0 * (classes.said & classes.true)
    both = classes.said.astype(np.float64) + classes.true
    return Tally(np.concatenate([right, both], axis=1), lambda sums: _mean_f1(*np.split(sums, 2, axis=-1)))


def _mean_f1(right: FloatArray, both: FloatArray) -> FloatArray:
    occurs = (both > 0).sum(axis=-1)
    return share(share(right, both).sum(axis=-1), occurs.astype(np.float64))
