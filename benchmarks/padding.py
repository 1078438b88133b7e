"""Which share of the positions that training reads is padding?

    python -m benchmarks.padding --recipe recipes/movies.toml

Every group of tasks that share their contexts draws the batches of its first epoch, as training does; a position that
holds neither token nor item nor action is padding. A step takes one batch of every group whose turn it is: `padding` is
the share over all steps, `TASKS/padding` that of one group, and `…/shuffled_only` what it would be if rows were
shuffled and cut into batches of the same budget without regard to their lengths.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.tasks.withholding import training_view
from tastemaker.training.mixture import Mixture, Stream, group_tasks

QUESTION: Final = "padding"
WITHOUT_CONTENT: Final = 'model.content="none"'
"""Content vectors change no row, and take minutes to make."""

Batches = Sequence[Sequence[int]]
"""The lengths of the rows of every batch."""


def mixture(recipe: Recipe) -> Mixture:
    """The mixture that a recipe trains on."""
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, lambda line: None)
    groups = group_tasks(dataset, list(recipe.tasks.values()), reads_ahead=model.layout.reads_ahead)
    return Mixture(dataset, groups, model.layout, recipe.training)


def one_epoch(stream: Stream) -> Batches:
    """The batches up to the end of the epoch at hand."""
    epoch, batches = stream.epoch, list[list[int]]()
    while stream.epoch == epoch:
        batch = stream.next()
        is_real = (batch.tokens > 0) | (batch.items > 0) | (batch.actions > 0)
        batches.append(is_real.sum(1).tolist())
    return batches


def shuffled_only(batches: Batches, budget: int, seed: int) -> Batches:
    """The same rows in batches of at most `budget` padded positions, in an order that does not ask for lengths."""
    lengths = np.random.default_rng(seed).permutation([length for batch in batches for length in batch])
    cut: list[list[int]] = [[]]
    for length in lengths.tolist():
        if cut[-1] and (len(cut[-1]) + 1) * max(*cut[-1], length) > budget:
            cut.append([])
        cut[-1].append(length)
    return cut


def padding(groups: Sequence[Batches], often: Sequence[float] = (1.0,)) -> float:
    """Share of padding among the positions of steps, `often` of which take one batch of each group."""
    real = np.array([np.mean([sum(batch) for batch in batches]) for batches in groups])
    whole = np.array([np.mean([len(batch) * max(batch) for batch in batches]) for batches in groups])
    return float(1 - (often * real).sum() / (often * whole).sum())


def figures(
    planned: Mapping[str, Batches], shuffled: Mapping[str, Batches], often: Sequence[float]
) -> dict[str, float]:
    """Shares over whole steps, `often` of which read each group, then of every group."""
    found = {
        "padding": padding([*planned.values()], often),
        "padding/shuffled_only": padding([*shuffled.values()], often),
    }
    for name in planned:
        found[f"{name}/padding"] = padding([planned[name]])
        found[f"{name}/padding/shuffled_only"] = padding([shuffled[name]])
    return {name: round(value, 4) for name, value in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw an epoch of every group, count, and write the result."""
    parser = argparse.ArgumentParser(description="Share of padding in the batches of a recipe.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="data set folder; the recipe's by default")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    other = [f'data.path="{given.data}"'] if given.data else []
    recipe = read_recipe(given.recipe, [*other, WITHOUT_CONTENT])
    mixed = mixture(recipe)
    often = [mixed.often(place) for place in range(len(mixed.streams))]
    streams = {"+".join(task.name for task in it.group.tasks): it for it in mixed.streams}
    planned = {name: one_epoch(stream) for name, stream in streams.items()}
    seed, data = recipe.training.seed, Path(recipe.data.path)
    shuffled = {name: shuffled_only(planned[name], stream.budget, seed) for name, stream in streams.items()}
    found = figures(planned, shuffled, often)
    result = Result(
        question=QUESTION,
        data=data_name(data),
        model=given.recipe.stem,
        seed=seed,
        split="train",
        metrics=found,
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=f"{given.recipe} --set {WITHOUT_CONTENT}",
        machine=Machine.here(torch.get_num_threads()),
        data_sha256=data_sha256(data),
        details={
            name: {
                "rows": sum(map(len, batches)),
                "positions": sum(map(sum, batches)),
                "longest_row": max(map(max, batches)),
                "batches": len(batches),
                "budget": streams[name].budget,
            }
            for name, batches in planned.items()
        },
    )
    for name, value in found.items():
        print(f"{name:45} {100 * value:5.1f} %")
    print(result.write(given.results))


if __name__ == "__main__":
    main()
