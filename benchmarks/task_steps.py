"""How many steps does a recipe of one task take to read as many positions of it as another run did?

    python -m benchmarks.task_steps RECIPE --positions 1000000 --out FILE [--set TABLE.KEY=VALUE …]

Draws the batches that training would, and trains nothing. Writes `{"steps", "positions"}`: the steps whose positions
are nearest to those asked for, at least one.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from benchmarks.result import write_json
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.model.batch import Batch
from tastemaker.tasks.withholding import training_view
from tastemaker.training.mixture import Mixture, group_tasks


def steps_to(positions: int, draw: Callable[[], int]) -> tuple[int, int]:
    """Steps, and the positions that they read, nearest to those asked for; `draw` gives those of the next step."""
    steps, read = 1, draw()
    while read < positions:
        more = draw()
        if read + more - positions > positions - read:
            break
        steps, read = steps + 1, read + more
    return steps, read


def positions_of(batches: Sequence[Batch]) -> int:
    """Positions that are no padding."""
    return sum(int(batch.places.mask.sum()) for batch in batches)


def mixture_of(recipe: Recipe) -> Mixture:
    """The batches that training would draw."""
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, lambda line: None)
    groups = group_tasks(dataset, list(recipe.tasks.values()), reads_ahead=model.layout.reads_ahead)
    return Mixture(dataset, groups, model.layout, recipe.training)


def main(arguments: Sequence[str] | None = None) -> None:
    """Count what the arguments name."""
    parser = argparse.ArgumentParser(description="Steps in which a recipe of one task reads so many positions.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--positions", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    given = parser.parse_args(arguments)
    recipe = read_recipe(given.recipe, given.set)
    mixture = mixture_of(recipe)
    parts = recipe.training.accumulate
    steps, read = steps_to(given.positions, lambda: sum(positions_of(mixture.next()) for _ in range(parts)))
    write_json(given.out, {"steps": steps, "positions": read})


if __name__ == "__main__":
    main()
