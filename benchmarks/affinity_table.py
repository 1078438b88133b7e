"""The tables of `benchmarks.affinity`: who helps whom, whose gradients conflict, and what to train together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Rows = tuple[Sequence[str], list[Sequence[str]]]
NOTE: Final = """What a task's share of a step (row) does for the loss of another (column), in % of what the
other's own share does, ± its standard error over the measurements; tried on the batch of the step, dropout alike before
and after.
"""
COSINES: Final = "Cosines of gradients in the backbone, and in how many measurements they are negative:\n"


def affinity(found: Mapping[str, Any]) -> Rows:
    """A row for whose step it is, a column for whose loss."""
    told, names = found["details"]["affinity_in_own_steps"], found["details"]["tasks"]
    return _square(names, told["mean"], told["standard_error"], lambda value, error: f"{100 * value:+.1f}{error}")


def cosines(found: Mapping[str, Any]) -> Rows:
    """The same for every pair of gradients."""
    told, names = found["details"]["trunk_cosines"], found["details"]["tasks"]
    head, rows = _square(names, told["mean"], told["mean"], lambda value, _: f"{value:+.3f}")
    shares = told["conflicts"]
    return head, [
        (row[0], *(_with_share(cell, shares[i][j]) for j, cell in enumerate(row[1:]))) for i, row in enumerate(rows)
    ]


def words(found: Mapping[str, Any]) -> Iterator[str]:
    """What it comes to, line by line; lines that begin with a dash are a list."""
    lines = found["details"]["words"]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        yield line if line.startswith("- ") and following.startswith("- ") else f"{line}\n"


def _square(names: Sequence[str], mean: Any, error: Any, told: Any) -> Rows:
    def cell(i: int, j: int) -> str:
        if i == j or mean[i][j] is None:
            return ""
        return str(told(mean[i][j], "" if error[i][j] is None else f" ± {100 * error[i][j]:.1f}"))

    return ("", *names), [(name, *(cell(i, j) for j in range(len(names)))) for i, name in enumerate(names)]


def _with_share(cell: str, share: float | None) -> str:
    return cell if not cell or share is None else f"{cell} ({100 * share:.0f} %)"
