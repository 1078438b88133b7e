"""Does a trunk that reads whole histories window by window rank better than one that reads a window of them?

    python -m benchmarks.recurrence_quality --data data/movielens-100k --runs recurrence=runs/r-0 nano=runs/n-0

Reads finished runs of equally many steps on `next_item`; several of one name are seeds. Judged on validation: NDCG@10
of the set of a user's held-out items, all items seen before left out, by the states of the trunk alone: item graph,
trend and likeness, whose weights validation has set, are off. Users are told apart by the length of their past.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256
from tastemaker.checkpoint.trained import TrainedModel, load_trained
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.predictor import Predictor
from tastemaker.metrics.places import place
from tastemaker.metrics.ranking import ndcg_at_k
from tastemaker.tasks.example import NextItems
from tastemaker.tasks.next_item import NextItem

QUESTION: Final = "recurrence_quality"
K: Final = 10
BATCH: Final = 256
BOUNDS: Final = (0, 64, 200, 10**9)
"""Lengths of the past at which a slice begins or ends."""


def gains(model: TrainedModel, dataset: Dataset) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """NDCG@10 of every user's validation items, and how many entries stand before them."""
    for term in model.network.terms:
        term.weight.data.zero_()
    predictor, longest = Predictor(model), int(model.recipe["tasks"]["next_item"]["max_history"])
    examples = list(NextItem(max_history=longest).examples(dataset, Split.VALIDATION))
    pasts = [dataset.known_before(example.user or 0, Split.VALIDATION) for example in examples]
    found = []
    for start in range(0, len(examples), BATCH):
        batch = examples[start : start + BATCH]
        items = [target.items for example in batch if isinstance(target := example.target, NextItems)]
        seen = [[entry.item for entry in past] for past in pasts[start : start + BATCH]]
        found.append(ndcg_at_k(place(predictor.item_scores(batch), items, seen), K))
    return np.concatenate(found), np.array([len(past) for past in pasts])


def sliced(values: NDArray[np.float64], lengths: NDArray[np.int64]) -> dict[str, float]:
    """The mean over all users, and over those with a past of so many entries."""
    found = {f"validation_ndcg@{K}": float(values.mean())}
    for low, high in zip(BOUNDS, BOUNDS[1:], strict=False):
        inside = (low <= lengths) & (lengths < high)
        if inside.any():
            name = f"{low}_or_more" if high == BOUNDS[-1] else f"{low}_to_{high - 1}"
            found[f"validation_ndcg@{K}/past_of_{name}"] = float(values[inside].mean())
    return found


def judged(run: Path, data: Path) -> dict[str, float]:
    """All figures of a run."""
    model = load_trained(run)
    config = from_mapping({**model.recipe, "data": {**model.recipe["data"], "path": str(data)}}, str(run)).data
    return sliced(*gains(model, Dataset.load(config)))


def figures(runs: Sequence[tuple[str, Mapping[str, float]]]) -> dict[str, float]:
    """Means over the runs of each name."""
    names = dict.fromkeys(name for name, _ in runs)
    by_name = {name: [found for other, found in runs if other == name] for name in names}
    return {
        f"{name}/{metric}": round(mean(it[metric] for it in found), 5)
        for name, found in by_name.items()
        for metric in found[0]
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge the runs and write the result."""
    parser = argparse.ArgumentParser(description="Ranking with whole histories and with a window of them.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--runs", nargs="+", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    named = [(name, Path(folder)) for name, _, folder in (each.partition("=") for each in given.runs)]
    runs = [(name, judged(folder, given.data)) for name, folder in named]
    found = figures(runs)
    recipes: dict[str, Any] = {name: load_trained(folder).recipe for name, folder in named}
    result = Result(
        question=QUESTION,
        data=data_name(given.data),
        model="side_by_side",
        seed=0,
        split="validation",
        metrics=found,
        seconds=0.0,
        peak_memory_mb=None,
        commit=commit(),
        recipe=", ".join(recipes),
        machine=Machine.here(1),
        data_sha256=data_sha256(given.data),
        details={
            "runs": [{"name": name, **figures_of} for name, figures_of in runs],
            "models": {name: recipe["model"] for name, recipe in recipes.items()},
            "training": {name: recipe["training"] for name, recipe in recipes.items()},
            "max_history": {name: recipe["tasks"]["next_item"]["max_history"] for name, recipe in recipes.items()},
        },
    )
    for name, value in found.items():
        print(f"{name:55} {value:>10.4f}")
    print(result.write(given.results))


if __name__ == "__main__":
    main()
