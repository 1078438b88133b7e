"""Measures one data set for `benchmarks.scaling` in a process of its own, so that its peak memory is its own.

    python -m benchmarks.scaling_probe --data FOLDER --out FILE --steps 40

In the order in which a run does it: loading, making the model, planning an epoch, validating, steps of training, then
ranking for users at once and one by one. Steps, not epochs: the rest of an epoch is more of the same. Seconds are the
processor's, of all threads together, which on a busy machine vary less than those of the clock.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch

from benchmarks.ranking_speed import K, longest_history, repeated
from benchmarks.result import peak_memory_mb, write_json
from benchmarks.training_probe import Counted
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.batch_ranking import rank_histories
from tastemaker.inference.recommender import Recommender
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.mixture import TaskGroup, plan_batches
from tastemaker.training.watch import Silent

WARM_UP: Final = 5
"""Steps that are not timed; the first of them plans the epoch."""
CALLS: Final = 50
UNLIMITED: Final = 10**9


class Laps(Silent):
    """Notes when each step was done, and how many targets it had."""

    def __init__(self, mixture: Counted) -> None:
        self.mixture = mixture
        self.began = 0.0
        self.done: list[tuple[float, int]] = []

    def start(self, total_steps: int, first_step: int) -> None:
        """See `Watch`."""
        self.began = time.process_time()

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """See `Watch`."""
        self.done.append((time.process_time(), self.mixture.targets))


class Stopwatch:
    """Seconds since it was last asked."""

    def __init__(self) -> None:
        self.last = time.process_time()

    def lap(self) -> float:
        """Seconds since the last lap."""
        before, self.last = self.last, time.process_time()
        return self.last - before


def prepare(recipe: Recipe) -> tuple[Dataset, TrainedModel, dict[str, float]]:
    """Data set and model, and what they took."""
    watch, found = Stopwatch(), {}
    dataset = Dataset.load(recipe.data)
    _ = dataset.user_rows, dataset.history(0)
    found["load_s"] = watch.lap()
    torch.manual_seed(0)
    model = new_model(recipe, dataset, lambda line: None)
    found["new_model_s"] = watch.lap()
    found["loaded_memory_mb"] = peak_memory_mb()
    return dataset, model, found


def train(recipe: Recipe, dataset: Dataset, model: TrainedModel, out: Path) -> dict[str, float]:
    """Seconds of getting ready, of drawing and planning an epoch, of a validation with its checkpoint, of a target."""
    watch, found = Stopwatch(), {}
    job = Job(dataset, recipe.tasks, model, recipe.training, recipe.balancing, out)
    trainer = Trainer(job, Silent(), torch.device("cpu"))
    found["trainer_s"] = watch.lap()
    group = TaskGroup(tuple(recipe.tasks.values()))
    rows = group.rows(dataset, Split.TRAIN, model.layout, epoch=1)
    found["draw_epoch_s"] = watch.lap()
    plan_batches(rows, recipe.training.token_budget, np.random.default_rng(0))
    found["plan_epoch_s"] = watch.lap()
    del rows
    trainer.mixture = mixture = Counted(trainer.mixture)
    trainer.watch = laps = Laps(mixture)
    out.mkdir(parents=True, exist_ok=True)
    trainer.run(resume=False)
    times, targets = np.array(laps.done).T
    first = float(times[0] - laps.began - np.median(np.diff(times)))
    found["validate_and_save_s"] = first - found["plan_epoch_s"]
    found["us_per_target"] = float(np.median(np.diff(times)[WARM_UP:] / targets[WARM_UP + 1 :])) * 1e6
    found["targets_an_epoch"] = float(dataset.is_training.sum())
    found["training_memory_mb"] = peak_memory_mb()
    return found


def rank(dataset: Dataset, model: TrainedModel, users: int, repetitions: int) -> dict[str, float]:
    """Users a second at once, milliseconds of one."""
    model.network.eval()
    recommender = Recommender(model, lambda: dataset)
    longest = longest_history(model)
    drawn = np.random.default_rng(0).permutation(len(dataset.user_ids))[:users]
    histories = [dataset.history(row) for row in drawn]
    at_once = repeated(lambda: rank_histories(recommender.reader, histories, K, longest), repetitions)
    ids = [dataset.user_ids[row] for row in drawn[:CALLS]]
    calls = [repeated(partial(recommender.recommend, user=user, k=K, reasons=False), 1)[0] for user in ids]
    return {
        "users_per_second": len(histories) / float(np.median([took["cpu_seconds"] for took in at_once])),
        "one_user_ms": float(np.median([took["cpu_seconds"] for took in calls])) * 1000,
        "peak_memory_mb": peak_memory_mb(),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Time and memory of one data set, stage by stage.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="file for the figures")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/sasrec.toml"))
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--users", type=int, default=2048, help="ranked at once")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = read_recipe(given.recipe, [f'data.path="{given.data}"'])
    training = replace(recipe.training, max_steps=WARM_UP + 1 + given.steps, validate_every=UNLIMITED)
    recipe = replace(recipe, training=training)
    dataset, model, found = prepare(recipe)
    found |= train(recipe, dataset, model, given.out.with_suffix(""))
    found |= rank(dataset, model, given.users, given.repetitions)
    found |= {
        "users": len(dataset.user_ids),
        "items": len(dataset.catalog),
        "interactions": len(dataset.items),
        "parameters": sum(part.numel() for part in model.network.parameters()),
    }
    write_json(given.out, {name: round(float(value), 4) for name, value in found.items()})


if __name__ == "__main__":
    main()
