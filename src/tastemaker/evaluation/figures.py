"""Measured figures, each with what a confidence interval needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.errors import RecipeError
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.metrics import find_metric
from tastemaker.metrics.bootstrap import interval, paired_interval
from tastemaker.metrics.tally import Tally

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Material:
    """What metrics of one family read, and the user that each unit belongs to."""

    content: Any
    """`Places`, `Scored`, `Texts`, … as `tastemaker.metrics.metric.Reads` lists them."""
    clusters: IntArray


@dataclass(frozen=True)
class Figure:
    """A figure, and the tally behind it where it has one."""

    value: float
    tally: Tally | None = None
    clusters: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


Figures = dict[str, Figure]


def measure(names: Iterable[str], materials: Mapping[str, Material]) -> Figures:
    """Measure the metrics called `names` for which there is material."""
    figures: Figures = {}
    for name in names:
        metric = find_metric(name)
        material = materials.get(metric.reads)
        if material is None:
            continue
        found = metric.measure(material.content)
        if isinstance(found, Tally):
            figures[name] = Figure(found.value, found, material.clusters)
        else:
            figures[name] = Figure(float(found))
    return figures


def check_names(task: str, names: Iterable[str], reads: Iterable[str]) -> None:
    """Every metric that a task names must fit what the task predicts.

    Raises:
        RecipeError: it does not.
    """
    for name in names:
        if find_metric(name).reads not in reads:
            raise RecipeError(
                f"task {task!r}: metric {name!r} reads {find_metric(name).reads}, but this task's targets give "
                f"{', '.join(reads)}. Name another metric in the task's `metrics`."
            )


def intervals(figures: Figures, config: EvaluationConfig) -> dict[str, tuple[float, float]]:
    """95 % interval of every figure that is made of units."""
    return {
        name: interval(figure.tally, figure.clusters, config.seed, config.draws)
        for name, figure in figures.items()
        if figure.tally is not None
    }


def differences(
    ours: Figures, theirs: Figures, names: Iterable[str], config: EvaluationConfig
) -> dict[str, dict[str, float]]:
    """Ours minus theirs with a 95 % interval, for the metrics called `names` that both have on the same units."""
    found = {}
    for name in names:
        one, two = ours.get(name), theirs.get(name)
        if one and two and one.tally and two.tally and np.array_equal(one.clusters, two.clusters):
            low, high = paired_interval(one.tally, two.tally, one.clusters, config.seed, config.draws)
            found[name] = {"value": one.value - two.value, "low": low, "high": high}
    return found
