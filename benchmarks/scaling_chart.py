"""The growth of time and memory as a picture: both axes logarithmic, so that a power law is a straight line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

COLOURS: Final = ("#3b82f6", "#d97706", "#059669", "#94a3b8")

PANELS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "Training": (
        "processor seconds",
        {"epoch_s": "an epoch", "draw_epoch_s": "drawing an epoch", "load_s": "loading the data"},
    ),
    "Each target and user": (
        "processor microseconds",
        {"us_per_target": "training on a target", "us_per_user": "ranking for a user, many at once"},
    ),
    "Memory": ("MB", {"peak_memory_mb": "at most", "loaded_memory_mb": "with data and model loaded"}),
}
"""By title: the unit, and what is drawn by which name."""


def draw_scaling(found: Sequence[Mapping[str, float]], path: Path) -> None:
    """Write a PNG; beside, then renamed.

    Args:
        found: the figures of every scale, the smallest first.
        path: where to.
    """
    figure = Figure(figsize=(10.5, 3.4), layout="constrained")
    items = [figures["items"] for figures in found]
    rows = [{**figures, "us_per_user": 1e6 / figures["users_per_second"]} for figures in found]
    for axes, (title, (unit, lines)) in zip(figure.subplots(1, len(PANELS)), PANELS.items(), strict=True):
        for colour, (name, label) in zip(COLOURS, lines.items(), strict=False):
            axes.plot(items, [row[name] for row in rows], "o-", color=colour, markersize=4, label=label)
        first = rows[0][next(iter(lines))]
        in_proportion = [first * count / items[0] for count in items]
        axes.plot(items, in_proportion, ":", color=COLOURS[-1], label="in proportion to the items")
        _tidy(axes, title, unit, items)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    figure.savefig(beside, format="png", dpi=120)
    beside.replace(path)


def _tidy(axes: Axes, title: str, unit: str, items: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(items, [f"{count:,.0f}" for count in items])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("items; users grow alike")
    axes.set_ylabel(unit)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.2, linewidth=0.6)
    axes.tick_params(labelsize=8)
    axes.legend(frameon=False, fontsize=7)
