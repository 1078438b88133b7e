"""Trains our model for `benchmarks.training_speed`: the trainer's own loop, each step told to the clock.

    python -m benchmarks.training_probe --recipe recipes/sasrec.toml --data data/beauty --targets 1455 --run FOLDER

The token budget is chosen such that a step has `--targets` targets on average. Nothing is validated but the model as
initialised, which the trainer does before its first step.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from benchmarks.peers.step_clock import StepClock, own_stdout
from tastemaker.cli.recipe import read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import Batch
from tastemaker.model.row import Row
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.mixture import Mixture, TaskGroup, plan_batches
from tastemaker.training.watch import Silent

WARM_UP: Final = 10
ENDLESS: Final = 10**9
ROUNDS: Final = 4
"""Of planning an epoch's batches, each with a budget nearer to what is wanted."""


class Counted(Mixture):
    """A mixture that says how many targets its last step had."""

    def __init__(self, mixture: Mixture) -> None:
        """Go on with the streams of another."""
        vars(self).update(vars(mixture))
        self.targets = 0

    def next(self) -> list[Batch]:
        """See `Mixture.next`."""
        batches = super().next()
        self.targets = sum(map(targets_of, batches))
        return batches


class Told(Silent):
    """Tells the clock of every step."""

    def __init__(self, clock: StepClock, mixture: Counted) -> None:
        self.clock, self.mixture = clock, mixture

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """See `Watch`."""
        self.clock.step(self.mixture.targets)


def targets_of(batch: Batch) -> int:
    """Targets of all tasks and kinds in a batch."""
    return sum(len(it.at) for kinds in batch.targets.values() for it in kinds.values())


def token_budget(rows: Sequence[Row], wanted: float) -> int:
    """The padded positions a step with which it has `wanted` targets on average: batches are planned and counted."""
    total = sum(len(targets.items) for row in rows for targets in row.targets.values())
    budget = wanted
    for _ in range(ROUNDS):
        batches = plan_batches(rows, round(budget), np.random.default_rng(0))
        budget *= wanted * len(batches) / total
    return round(budget)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train until the clock says stop."""
    answers = own_stdout()
    parser = argparse.ArgumentParser(description="Train our model, timed on request.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--targets", type=float, required=True, help="of one step, on average")
    parser.add_argument("--run", type=Path, required=True, help="folder for what the trainer writes")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    unending = [f"training.{key}={ENDLESS}" for key in ("epochs", "validate_every", "patience")]
    recipe = read_recipe(given.recipe, [*given.set, f'data.path="{given.data}"', *unending])
    dataset = Dataset.load(recipe.data)
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, lambda line: None)
    rows = TaskGroup(tuple(recipe.tasks.values())).rows(dataset, Split.TRAIN, model.layout)
    budget = token_budget(rows, given.targets)
    del rows
    training = replace(recipe.training, token_budget=budget)
    job = Job(dataset, recipe.tasks, model, training, recipe.balancing, given.run)

    def facts() -> Mapping[str, Any]:
        parameters = sum(part.numel() for part in model.network.parameters())
        versions = {name: version(name) for name in ("tastemaker", "torch", "transformers")}
        return {"engine": "tastemaker", "parameters": parameters, "versions": versions, "token_budget": budget}

    trainer = Trainer(job, Silent(), torch.device("cpu"))
    trainer.mixture = mixture = Counted(trainer.mixture)
    trainer.watch = Told(StepClock(WARM_UP, facts, sys.stdin, answers), mixture)
    given.run.mkdir(parents=True, exist_ok=True)
    trainer.run(resume=False)


if __name__ == "__main__":
    main()
