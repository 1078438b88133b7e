"""A small grid of hyperparameters, every combination trained, the best on validation kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeVar

from benchmarks.peers.selection import Selection

Model = TypeVar("Model")


def trials(grid: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Every combination of the values."""
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def search(
    grid: Mapping[str, Sequence[Any]], train: Callable[[dict[str, Any]], tuple[Model, Selection[Any]]]
) -> tuple[Model, Selection[Any], dict[str, Any]]:
    """Train every combination and keep the best.

    Args:
        grid: values by hyperparameter.
        train: from one combination to its model and course.

    Returns:
        The best model and its course, and for the record what was chosen and how all did.

    Raises:
        SystemExit: there is no combination.
    """
    best: tuple[float, Model, Selection[Any], dict[str, Any]] | None = None
    tried = []
    for given in trials(grid):
        print(given, flush=True)
        model, selection = train(given)
        reached = max(selection.curve)
        tried.append({**given, "epoch": selection.best_epoch, "ndcg@10": reached, "seconds": sum(selection.seconds)})
        if best is None or reached > best[0]:
            best = reached, model, selection, given
    if best is None:
        raise SystemExit("hyperparameters: expected at least one trial in `grid`, found none.")
    _, model, selection, chosen = best
    return model, selection, {"chosen": chosen, "trials": tried}
