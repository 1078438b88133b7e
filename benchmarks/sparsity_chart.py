"""Joint training beside single tasks as the log grows thinner, as a picture: figures above, what is gained below."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.sparsity_table import change_of, wholes
from tastemaker.metrics import METRICS

LINES: Final[Mapping[str, str]] = {"joint": "#3b82f6", "alone": "#d97706"}
PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "": ("#3b82f6", "whole histories"),
    "last_1/": ("#059669", "the last entry alone"),
    "last_3/": ("#94a3b8", "the last three entries"),
}
"""By the beginning of their names: slices whose gains are drawn."""


def draw_sparsity(pooled: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write a PNG; beside, then renamed.

    Args:
        pooled: the answers of all shares of one data set.
        path: where to.
    """
    ordered = sorted(pooled, key=lambda found: found["details"]["share"])
    names = [name for name in wholes(ordered[0]) if all(name in found["metrics"] for found in ordered)]
    figure = Figure(figsize=(1.2 + 3.6 * len(names), 6.0), layout="constrained")
    rows = figure.subplots(2, len(names), squeeze=False)
    for name, above, below in zip(names, *rows, strict=True):
        _draw_figures(above, ordered, name)
        _draw_gains(below, ordered, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    figure.savefig(beside, format="png", dpi=120)
    beside.replace(path)


def _draw_figures(axes: Axes, found: Sequence[Mapping[str, Any]], name: str) -> None:
    shares = _shares(found)
    values = {"joint": [it["metrics"][name] for it in found], "alone": [it["baselines"]["alone"][name] for it in found]}
    for model, colour in LINES.items():
        axes.plot(shares, values[model], "o-", color=colour, markersize=4, label=model)
    _tidy(axes, shares)
    note = ", lower is better" if METRICS[name.partition("/")[2]].is_lower_better else ""
    axes.set_title(f"{name.replace('/', ', ')}{note}", fontsize=10)
    axes.legend(frameon=False, fontsize=8)


def _draw_gains(axes: Axes, found: Sequence[Mapping[str, Any]], name: str) -> None:
    shares = _shares(found)
    for start, (colour, label) in PARTS.items():
        known = [(share, it) for share, of in zip(shares, found, strict=True) if (it := change_of(of, start + name))]
        if known:
            at, changes = zip(*known, strict=True)
            values, lows, highs = zip(*changes, strict=True)
            axes.plot(at, values, "o-", color=colour, markersize=4, label=label)
            axes.fill_between(at, lows, highs, color=colour, alpha=0.12, linewidth=0)
    axes.axhline(0, color="#1c2024", linewidth=0.8)
    _tidy(axes, shares)
    axes.set_xlabel("training interactions kept")
    axes.set_ylabel("joint over alone, %")
    axes.legend(frameon=False, fontsize=8)


def _shares(found: Sequence[Mapping[str, Any]]) -> list[float]:
    return [100 * it["details"]["share"] for it in found]


def _tidy(axes: Axes, shares: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(shares, [f"{share:g} %" for share in shares])
    axes.set_xticks([], minor=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.2, linewidth=0.6)
    axes.tick_params(labelsize=8)
