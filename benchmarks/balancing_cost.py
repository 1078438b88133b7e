"""What does a step of every balancing method cost against the plain weighted sum?

    python -m benchmarks.balancing_cost --recipe recipes/movies.toml

One model takes the same batches with every method in turn, repetition after repetition: a step of `fixed`, then one of
each other method, aggregations on parameters and on features, and four steps with `every = 4`. A figure is the
median over repetitions of processor time over that of `fixed` in the same repetition. Weights move on with every step.
The first step on new batches is not measured: it is slower, whatever the method.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

import torch

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.balancing import AGGREGATORS, WEIGHTINGS, Combiner, Given, build_combiner
from tastemaker.balancing.config import BalancingConfig
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.errors import RecipeError
from tastemaker.model.batch import Batch
from tastemaker.tasks.withholding import training_view
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.optimizer import build_optimizer
from tastemaker.training.shared import trunk_and_heads
from tastemaker.training.watch import Silent

QUESTION: Final = "balancing_cost"
WITHOUT_CONTENT: Final = 'model.content="none"'
"""Content vectors take minutes to make, and the same product in every step."""
PLAIN: Final = "fixed"
EVERY: Final = 4


class SameBatches:
    """A mixture that gives the batches of one step until it is told to move on."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self.batches = batches

    def next(self) -> Sequence[Batch]:
        """See `Mixture.next`."""
        return self.batches


def new_trainer(recipe: Recipe) -> Trainer:
    """What training begins with, but that every step reads of all groups of tasks."""
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, lambda line: None)
    training = replace(recipe.training, groups_per_step=None)
    job = Job(dataset, recipe.tasks, model, training, recipe.balancing, Path("runs/balancing_cost"))
    return Trainer(job, Silent(), torch.device("cpu"))


def settings() -> dict[str, BalancingConfig]:
    """By the name of the figure; `fixed` first. Those whose solver is not installed are left out later."""
    made = {name: BalancingConfig(name) for name in WEIGHTINGS}
    for name in AGGREGATORS:
        made[f"{name}/parameters"] = BalancingConfig(name)
        made[f"{name}/features"] = BalancingConfig(name, on="features")
        made[f"{name}/every_{EVERY}"] = BalancingConfig(name, every=EVERY)
    return made


def balanced(trainer: Trainer, config: BalancingConfig) -> tuple[Combiner, torch.optim.AdamW] | None:
    """What balances like this, and its optimizer; None where that cannot be had here."""
    weights = torch.tensor([task.weight for task in trainer.job.tasks.values()])
    try:
        combiner = build_combiner(Given(weights, config), trunk_and_heads(trainer.network))
    except RecipeError:
        return None
    return combiner, build_optimizer(trainer.network, combiner, trainer.job.config, config.learning_rate)


def seconds_of_a_step(trainer: Trainer, steps: int) -> float:
    """Processor time of one step, the mean over so many."""
    started = time.process_time()
    for _ in range(steps):
        trainer._one_step()
    return (time.process_time() - started) / steps


def measured(trainer: Trainer, repetitions: int) -> dict[str, list[float]]:
    """Seconds of every setting in every repetition but a first one, which warms up."""
    mixture, found = trainer.mixture, dict[str, list[float]]()
    possible = {name: (config.every, balanced(trainer, config)) for name, config in settings().items()}
    for repetition in range(repetitions + 1):
        trainer.mixture = SameBatches(mixture.next())  # type: ignore[assignment]
        trainer._one_step()
        for name, (steps, pair) in possible.items():
            if pair is None:
                continue
            trainer.balancer, trainer.optimizer = pair
            seconds = seconds_of_a_step(trainer, steps)
            if repetition:
                found.setdefault(name, []).append(seconds)
    return found


def ratios(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Medians over repetitions of what a step costs against one of `fixed`."""
    return {
        name: round(median(one / plain for one, plain in zip(seconds, found[PLAIN], strict=True)), 3)
        for name, seconds in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description="Cost of a step of every balancing method.")
    parser.add_argument("--recipe", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="data set folder; the recipe's by default")
    parser.add_argument("--token-budget", type=int, help="positions of a step; the recipe's by default")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    changes = [f'data.path="{given.data}"'] if given.data else []
    changes += [f"training.token_budget={given.token_budget}"] if given.token_budget else []
    recipe = read_recipe(given.recipe, [*changes, WITHOUT_CONTENT])
    trainer = new_trainer(replace(recipe, balancing=BalancingConfig()))
    found = measured(trainer, given.repetitions)
    data = Path(recipe.data.path)
    result = Result(
        question=QUESTION,
        data=data_name(data),
        model=given.recipe.stem,
        seed=recipe.training.seed,
        split="train",
        metrics=ratios(found),
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=" --set ".join([str(given.recipe), *changes[bool(given.data) :], WITHOUT_CONTENT]),
        machine=Machine.here(torch.get_num_threads()),
        data_sha256=data_sha256(data),
        details={
            "processor_seconds": {name: round(median(seconds), 4) for name, seconds in found.items()},
            "repetitions": given.repetitions,
            "tasks": list(recipe.tasks),
            "parameters": sum(it.numel() for it in trainer.network.parameters()),
        },
    )
    for name, value in result.metrics.items():
        print(f"{name:30} {value:6.2f}")
    print(result.write(given.results))


if __name__ == "__main__":
    main()
