"""Is a pretrained trunk worth its time? The same tasks and data beside `nano`, each trained to its recipe's end.

    python -m benchmarks.trunks --data data/movies --seed 0

A tenth of the items is held out of training in both (`data.new_items`), so that cold items can be told apart. Then
`tastemaker compare` judges the pretrained run against the other on test: every task, and cut histories, new items and
long tail, each with a paired interval. One result a trunk. Killed, the same command goes on where it stopped.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.result import RESULTS, ROOT
from benchmarks.training_run import TrainingRun, changes_of

QUESTION: Final = "trunks"
PLAIN, PRETRAINED = "nano", "smollm2"
RECIPES: Final[Mapping[str, str]] = {PLAIN: "recipes/movies.toml", PRETRAINED: "recipes/movies-smollm2.toml"}
HELD_OUT: Final = "data.new_items=0.1"


@dataclass(frozen=True)
class Plan:
    """What is run, and where it goes."""

    data: Path
    seed: int
    runs: Path
    results: Path = RESULTS
    overrides: tuple[str, ...] = ()

    def run(self, trunk: str) -> Path:
        """Folder of a training run."""
        return self.runs / f"{trunk}-{self.seed}"

    def settings(self) -> tuple[str, ...]:
        """What is set beside a recipe."""
        return (HELD_OUT, f"training.seed={self.seed}", *self.overrides)


def train(plan: Plan, trunk: str) -> None:
    """Train one trunk to its recipe's end."""
    recipe = (ROOT / RECIPES[trunk]).read_text(encoding="utf-8")
    TrainingRun(trunk, recipe, changes_of(plan.settings(), plan.data, 1), plan.run(trunk)).train()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="A pretrained trunk beside one from scratch.")
    parser.add_argument("--data", type=Path, default=Path("data/movies"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trunks", nargs="+", choices=RECIPES, default=list(RECIPES), metavar="TRUNK")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--runs", type=Path, default=Path("runs/trunks"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    plan = Plan(given.data.resolve(), given.seed, given.runs.resolve(), given.results, tuple(given.set))
    for trunk in given.trunks:
        train(plan, trunk)


if __name__ == "__main__":
    main()
