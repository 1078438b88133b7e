"""An `Agreement` as a picture of two heat maps: gradient cosines in the backbone, and affinity in own steps."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tastemaker.training.affinity import FloatArray
from tastemaker.training.agreement import Agreement

COLOURS, PALE = "RdBu", "#e5e7eb"
"""Red is apart, blue together; pale is what a map does not say."""
DARK = 0.6
"""Share of the strongest colour from which on figures are white."""


def draw_agreement(agreement: Agreement, path: Path) -> None:
    """Write a PNG; beside, then renamed."""
    size = len(agreement.tasks)
    figure = Figure(figsize=(4.4 + 1.3 * size, 2.2 + 0.55 * size), layout="constrained")
    left, right = figure.subplots(1, 2)
    cosines, conflicts = agreement.trunk_cosines.mean, agreement.conflicts
    _draw(left, cosines, agreement.tasks, lambda i, j: f"{cosines[i, j]:+.2f}\n{100 * conflicts[i, j]:.0f} %")
    left.set_title("gradient cosine in the backbone\nand how often it is negative", fontsize=10)
    worth, error = agreement.worth.mean, agreement.worth.error

    def told(i: int, j: int) -> str:
        spread = f"\n± {100 * error[i, j]:.0f}" if np.isfinite(error[i, j]) else ""
        return f"{100 * worth[i, j]:+.0f}{spread}"

    _draw(right, worth, agreement.tasks, told)
    right.set_title(
        "what a step on the row's task does for the column's,\nin % of its own step (± standard error)", fontsize=10
    )
    right.set_ylabel("step on")
    right.set_xlabel("loss of")
    beside = path.with_name(f".{path.name}.part")
    figure.savefig(beside, format="png", dpi=120)
    beside.replace(path)


def _draw(axes: Axes, values: FloatArray, tasks: Sequence[str], told: Callable[[int, int], str]) -> None:
    """One map; a task with itself says nothing, so its colour is pale."""
    shown = np.where(np.eye(len(tasks), dtype=bool), np.nan, values)
    most = max(float(np.nanmax(np.abs(shown), initial=0.0)), 1e-9)
    axes.set_facecolor(PALE)
    axes.imshow(shown, cmap=COLOURS, vmin=-most, vmax=most)
    for i, j in zip(*np.nonzero(np.isfinite(shown)), strict=True):
        colour = "white" if abs(shown[i, j]) > DARK * most else "black"
        axes.annotate(told(i, j), (j, i), ha="center", va="center", fontsize=8, color=colour)
    names = [name.replace("_", " ") for name in tasks]
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
