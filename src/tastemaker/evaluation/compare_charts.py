"""Charts of a comparison as inline SVG: gains with their intervals about zero, and what training took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tastemaker.evaluation.charts import INK, MODEL, OTHERS, RIVAL, STYLE, as_svg, tidy
from tastemaker.evaluation.compare import BETTER, WORSE

UNCLEAR: Final = OTHERS[0]
COLOURS: Final = {BETTER: MODEL, WORSE: RIVAL}
"""By verdict."""
LEAST: Final = 2.0
"""Percent that the axis shows to either side at least."""
MOST: Final = 3.0
"""By what the axis may reach beyond the ends of a usual interval; a longer one is cut, with an arrow."""


@dataclass(frozen=True)
class Change:
    """A gain as a share, with its interval; None where something is not known."""

    value: float | None
    low: float | None
    high: float | None
    difference: float | None = None
    """Joint minus alone, shown where there is no share, alone being 0."""
    verdict: str | None = None
    """What is said of it, by the plain difference; None goes by the interval."""

    @property
    def colour(self) -> str:
        """Whether it is a gain, a loss, or neither beyond its interval."""
        if self.verdict is not None:
            return COLOURS.get(self.verdict, UNCLEAR)
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return UNCLEAR
        return MODEL if self.low > 0 else RIVAL


def gain_chart(changes: Mapping[str, Change], width: float = 8.6) -> str:
    """A row a gain: its value as a point, its interval as a line, zero in the middle.

    Args:
        changes: by the label of the row.
        width: of the chart, in inches.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, 0.75 + 0.34 * len(changes)))
        axes = figure.add_subplot()
        reach = _reach(list(changes.values()))
        for row, change in enumerate(changes.values()):
            _draw(axes, row, change, reach)
        tidy(axes, list(changes))
        axes.set_xlim(-reach, reach)
        axes.set_ylim(len(changes) - 0.5, -0.5)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:+g} %" if value else "0")
        return as_svg(figure)


def cost_chart(joint: float, singles: Mapping[str, float], sides: tuple[str, str]) -> str:
    """Two bars: joint training, and the singles one behind another.

    Args:
        joint: what joint training took.
        singles: what each single took, by its label.
        sides: what the two are called.
    """
    total = sum(singles.values())
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 1.9))
        axes = figure.add_subplot()
        axes.barh(0, joint, color=MODEL, height=0.6)
        start, colours = 0.0, (RIVAL, *OTHERS)
        for place, (name, value) in enumerate(singles.items()):
            axes.barh(1, value, left=start, height=0.6, color=colours[place % len(colours)], label=name)
            start += value
        for row, value in enumerate((joint, total)):
            axes.annotate(f"{value:,.0f}", (value, row), (5, 0), textcoords="offset points", va="center", fontsize=9)
        tidy(axes, sides)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        if len(singles) > 1:
            axes.legend(frameon=False, fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.0))
        return as_svg(figure)


def _draw(axes: Axes, row: int, change: Change, reach: float) -> None:
    if change.value is None:
        told = "not known" if change.difference is None else f"{change.difference:+.4f}, alone being 0"
        axes.annotate(told, (0, row), (5, 0), textcoords="offset points", va="center", fontsize=9)
        return
    value = 100 * change.value
    if change.low is not None and change.high is not None:
        ends = 100 * change.low, 100 * change.high
        axes.plot(ends, [row, row], color=change.colour, linewidth=2.2, solid_capstyle="round")
        for end, marker in zip(ends, "<>", strict=True):
            if abs(end) > reach:
                axes.plot(reach if end > 0 else -reach, row, marker=marker, color=change.colour, clip_on=False)
    axes.plot(min(max(value, -reach), reach), row, "o", color=change.colour, markersize=6)
    axes.annotate(
        f"{value:+.1f} %",
        (1, row),
        (8, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )


def _reach(changes: Sequence[Change]) -> float:
    """Percent that the axis shows to either side: all values, and all but the longest intervals."""
    values = [100 * abs(it.value) for it in changes if it.value is not None]
    ends = [100 * max(abs(it.low), abs(it.high)) for it in changes if it.low is not None and it.high is not None]
    usual = MOST * median(ends) if ends else LEAST
    return 1.08 * max([LEAST, *values, min(max([LEAST, *ends]), usual)])
