"""The table of `benchmarks.ablations`: every change beside the recipe, with the difference that it makes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.markdown import plainly_and_in_shares

METRIC: Final = "next_item/ndcg@10"
DEFAULT: Final = "default"
HEAD: Final = (
    "change (the recipe)",
    "validation NDCG@10",
    "each seed",
    "minus the recipe",
    "95 % interval",
    "relative",
    "95 % interval",
)
NOTE: Final = """One change at a time to `recipes/ranking.toml`, judged on validation users, who also chose the step and
weighed the terms of each model, alike for all; test was not looked at. A change pays whose interval lies above zero.
"""

Results = Sequence[Mapping[str, Any]]


def head_and_rows(pooled: Results) -> tuple[Sequence[str], list[Sequence[str]]]:
    """The recipe first, then every variant, the most harmful first."""
    ordered = sorted(pooled, key=lambda found: (found["model"] != DEFAULT, found["metrics"][METRIC]))
    return HEAD, [_row(found) for found in ordered]


def _row(found: Mapping[str, Any]) -> Sequence[str]:
    told = found["details"]
    seeds = ", ".join(f"{value:.4f}" for value in told["by_seed"][METRIC])
    gap = found.get("differences", {}).get(DEFAULT, {}).get(METRIC)
    shown = ("", "", "", "")
    if gap:
        shown = plainly_and_in_shares(gap)
    return (told["change"], f"{found['metrics'][METRIC]:.4f}", seeds, *shown)
