"""The table of `benchmarks.trunks`: every task and slice of a pretrained trunk beside the plain one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.markdown import table
from benchmarks.multi_task_table import OF_WORDS

HEAD: Final = ("task", "metric", "asked", "pretrained", "from scratch", "gain, 95 % interval")
NOTE: Final = (
    "`smollm2` beside `nano`, trained on the same data, a tenth of the items held out of training; how long, and with "
    "what settings,\nstands below. A gain is a share of the figure from scratch, + is better whichever way the metric "
    "runs.\n"
)

WHOLE: Final = ("all", *OF_WORDS)
"""What is asked of a task as a whole."""
SLICED: Final = ("next_item", "rating")
"""Tasks whose slices a page shows."""

Results = Sequence[Mapping[str, Any]]


def head_and_rows(results: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """One row a task, metric and slice of every pretrained result, beside the result that has no changes to tell."""
    pretrained = [found for found in results if "changes" in found["details"]]
    plain = next(found for found in results if "changes" not in found["details"])
    return HEAD, [
        (*name.split("/"), f"{value:.4f}", f"{plain['metrics'][name]:.4f}", _shown(found["details"]["changes"][name]))
        for found in pretrained
        for name, value in found["metrics"].items()
    ]


def briefly(results: Results) -> str:
    """What a page shows of it: every task, what else is asked of words, and the slices of ranking and ratings."""
    _, rows = head_and_rows(results)
    shown = [row for row in rows if row[2] in WHOLE or row[0] in SLICED]
    return table(
        ("task", "metric", "pretrained", "from scratch", "gain, 95 % interval"),
        [(f"`{task}`{_asked(asked)}", metric.replace("_", " "), *sides) for task, metric, asked, *sides in shown],
    )


def _asked(asked: str) -> str:
    return "" if asked in WHOLE else f", {asked.replace('_', ' ')}"


def _shown(change: Mapping[str, float | None]) -> str:
    value, low, high = (None if it is None else 100 * it for it in (change["value"], change["low"], change["high"]))
    if value is None:
        return ""
    return f"{value:+.1f} %" if low is None else f"{value:+.1f} % [{low:+.1f}, {high:+.1f}]"
