"""Charts as inline SVG that take on the page's text colour, so that they read well in light and in dark."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#010203"
"""Stands for the page's text colour until the SVG is written."""
MODEL, RIVAL, OTHERS = "#3b82f6", "#d97706", ("#94a3b8", "#14b8a6", "#a78bfa", "#f472b6", "#84cc16", "#7f1d1d")
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tastemaker",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
}

POINTS = 100
"""Most points of a training curve."""

Curve = tuple[Sequence[float], Sequence[float]]
"""Steps and losses."""


def label(name: str) -> str:
    """A contestant's name in words; a run's path stays as it is."""
    return name if "/" in name else name.replace("_", " ")


def loss_chart(train: Curve, validation: Curve) -> str:
    """The loss of one task over the steps: training pale, in means of neighbouring steps, validations as a line."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(4.0, 2.3))
        axes = figure.add_subplot()
        axes.plot(*means(train), color=OTHERS[0], linewidth=0.8, alpha=0.8, label="training")
        axes.plot(*validation, color=MODEL, linewidth=1.8, marker="o", markersize=3, label="validation")
        axes.set_xlabel("step")
        axes.set_ylabel("loss, 1 = trivial")
        axes.grid(axis="y", color=INK, alpha=0.12, linewidth=0.6)
        axes.legend(frameon=False, fontsize=9)
        return as_svg(figure)


def means(curve: Curve, points: int = POINTS) -> Curve:
    """At most so many points, each the mean of as many steps: with few examples in a step, a single loss is noise."""
    steps, losses = (np.array_split(np.asarray(part, dtype=float), min(points, max(1, len(part)))) for part in curve)
    return [float(part.mean()) for part in steps if len(part)], [float(part.mean()) for part in losses if len(part)]


def bar_chart(values: Mapping[str, float], model: str, interval: Sequence[float] | None, rivals: Sequence[str]) -> str:
    """One metric of all contestants, the evaluated model on top with its 95 % interval.

    Args:
        values: metric by contestant.
        model: which of them is evaluated.
        interval: low and high of the model.
        rivals: trained models among the others.
    """
    names = [model, *sorted((name for name in values if name != model), key=lambda name: -values[name])]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.6, 0.5 + 0.34 * len(names)))
        axes = figure.add_subplot()
        colours = [MODEL if name == model else RIVAL if name in rivals else OTHERS[0] for name in names]
        axes.barh(range(len(names)), [values[name] for name in names], color=colours, height=0.66)
        if interval is not None:
            low, high = interval
            axes.plot([low, high], [0, 0], color=INK, linewidth=1.2, marker="|", markersize=7)
        for row, name in enumerate(names):
            start = max(values[name], interval[1] if interval is not None and name == model else 0)
            axes.annotate(
                f"{values[name]:.3f}", (start, row), (5, 0), textcoords="offset points", va="center", fontsize=9
            )
        tidy(axes, [label(name) for name in names])
        return as_svg(figure)


def slice_chart(values: Mapping[str, Mapping[str, float]], model: str, rivals: Sequence[str]) -> str:
    """One metric in every slice, bars of all contestants side by side.

    Args:
        values: `{slice: {contestant: value}}`.
        model: the evaluated contestant.
        rivals: trained models among the others.
    """
    names = list(dict.fromkeys(name for found in values.values() for name in found))
    height = 0.8 / max(1, len(names))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 0.9 + 0.3 * len(values) * max(1.4, 0.7 * len(names))))
        axes = figure.add_subplot()
        others = iter(OTHERS * len(names))
        for place, name in enumerate(names):
            colour = MODEL if name == model else RIVAL if name in rivals else next(others)
            rows = [row + (place - (len(names) - 1) / 2) * height for row in range(len(values))]
            found = [of.get(name, 0.0) for of in values.values()]
            axes.barh(rows, found, height=height * 0.88, color=colour, label=label(name))
            for row, value in zip(rows, found, strict=True):
                axes.annotate(f"{value:.3f}", (value, row), (4, 0), textcoords="offset points", va="center", fontsize=8)
        tidy(axes, [label(name) for name in values])
        axes.legend(frameon=False, fontsize=9, ncols=len(names), loc="lower left", bbox_to_anchor=(0, 1.0))
        return as_svg(figure)


def tidy(axes: Axes, labels: Sequence[str]) -> None:
    """One row a label, the first on top, without lines that say nothing."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.spines["bottom"].set_visible(False)
    axes.grid(axis="x", color=INK, alpha=0.12, linewidth=0.6)


def as_svg(figure: Figure) -> str:
    """The figure as text that a page can hold."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, bbox_inches="tight", metadata=nothing)
    text = buffer.getvalue()
    return text[text.index("<svg") :].replace(INK, "currentColor")
