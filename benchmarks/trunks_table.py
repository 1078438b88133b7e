"""The table of `benchmarks.trunks`: every task and slice of a pretrained trunk beside the plain one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

HEAD: Final = ("task", "metric", "asked", "pretrained", "from scratch", "gain, 95 % interval")
NOTE: Final = (
    "`smollm2` beside `nano`, each trained to its recipe's end on the same data, a tenth of the items held out of "
    "training. A gain is a share\nof the figure from scratch, + is better whichever way the metric runs.\n"
)

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


def _shown(change: Mapping[str, float | None]) -> str:
    value, low, high = (None if it is None else 100 * it for it in (change["value"], change["low"], change["high"]))
    if value is None:
        return ""
    return f"{value:+.1f} %" if low is None else f"{value:+.1f} % [{low:+.1f}, {high:+.1f}]"
