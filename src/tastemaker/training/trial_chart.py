"""A search as a picture: the metric of every trial with the best so far, and against each searched key."""

import math
from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from tastemaker.training.search_space import Choices, Dimension
from tastemaker.training.trials import Trials

EACH, BEST, GREY, COLUMNS = "#3b82f6", "#d97706", "#94a3b8", 3


def draw_trials(found: Trials, search: Mapping[str, Dimension], path: Path) -> None:
    """Write a PNG; beside, then renamed.

    Args:
        found: at least one trial that did not fail.
        search: the searched dimensions by key.
        path: where to.
    """
    rows = 1 + math.ceil(len(search) / COLUMNS)
    figure = Figure(figsize=(9.0, 2.7 * rows), layout="constrained")
    grid = figure.add_gridspec(rows, COLUMNS)
    course = figure.add_subplot(grid[0, :])
    _draw_course(course, found)
    for place, (key, dimension) in enumerate(search.items()):
        axes = figure.add_subplot(grid[1 + place // COLUMNS, place % COLUMNS], sharey=course)
        _draw_dimension(axes, found, key, dimension)
        if place % COLUMNS == 0:
            axes.set_ylabel(found.metric)
    beside = path.with_name(f".{path.name}.part")
    figure.savefig(beside, format="png", dpi=120)
    beside.replace(path)


def _draw_course(axes: Axes, found: Trials) -> None:
    """The metric over the trials; a cross at the foot of the picture for one that failed."""
    numbers, values, best = [], [], []
    better = min if found.is_lower_better else max
    for trial in found.trials:
        if trial.value is not None:
            numbers.append(trial.number)
            values.append(trial.value)
            best.append(better(values))
    failed = [trial.number for trial in found.trials if trial.value is None]
    axes.step(numbers, best, where="post", color=BEST, label="best so far")
    axes.plot(numbers, values, "o", color=EACH, alpha=0.7, markersize=5, label="trial")
    if failed:
        foot = axes.get_xaxis_transform()
        axes.plot(failed, [0.04] * len(failed), "x", color=GREY, transform=foot, label="failed")
    axes.set_xlabel("trial")
    axes.set_ylabel(found.metric)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, fontsize=8)
    _tidy(axes)


def _draw_dimension(axes: Axes, found: Trials, key: str, dimension: Dimension) -> None:
    """The metric over the values of one key, the best trial in its own colour."""
    judged = found.ranked()
    marks = [
        dimension.choices.index(trial.values[key]) if isinstance(dimension, Choices) else trial.values[key]
        for trial in judged
    ]
    metric = [trial.value for trial in judged if trial.value is not None]
    if isinstance(dimension, Choices):
        axes.set_xticks(range(len(dimension.choices)), [str(choice) for choice in dimension.choices])
        axes.set_xlim(-0.5, len(dimension.choices) - 0.5)
    elif dimension.log:
        ticks = (dimension.low, math.sqrt(dimension.low * dimension.high), dimension.high)
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{tick:.2g}" for tick in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
    elif dimension.is_whole:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.plot(marks, metric, "o", color=EACH, alpha=0.7, markersize=5)
    axes.plot(marks[:1], metric[:1], "o", color=BEST, markersize=5)
    axes.set_xlabel(key)
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.2, linewidth=0.6)
    axes.tick_params(labelsize=8)
