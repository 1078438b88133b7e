"""How do the tasks of a recipe agree?

    python -m benchmarks.affinity recipes/instruments.toml --data data/instruments --steps 60 --every 10

Runs `tastemaker affinity` as a process of its own, unless the same was done before, and writes one result: what a step
on one task does for another, as `STEPPED_ON/LOSS_OF`, in shares of the other's own step. `--picture` keeps the map.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import cost_of, forget, last_command, run_measured
from benchmarks.result import RESULTS, Result
from benchmarks.training_run import changes_of

QUESTION: Final = "affinity"
MODEL: Final = "joint"
LEFT_OUT: Final = ("measurements", "recipe")
"""What `affinity.json` has beside what a reader needs."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    recipe: Path
    data: Path
    runs: Path
    steps: int
    every: int
    seed: int = 0
    threads: int = 1
    results: Path = RESULTS

    @property
    def place(self) -> Path:
        """Folder of what is measured."""
        return self.runs / f"{self.recipe.stem}-{self.seed}"

    @property
    def settings(self) -> list[str]:
        """What is set beside the recipe and changes the result."""
        return [f"training.seed={self.seed}"]


def run(plan: Plan) -> Path:
    """Measure, unless that was done before, and write the result."""
    command = [sys.executable, "-m", "tastemaker", "affinity", str(plan.recipe), "--out", str(plan.place)]
    command += ["--steps", str(plan.steps), "--every", str(plan.every)]
    command += [word for it in changes_of(plan.settings, plan.data, plan.threads) for word in ("--set", it)]
    if not (plan.place / "affinity.json").exists() or last_command(plan.place) != command:
        forget(plan.place)
        run_measured(f"{plan.recipe.stem}: affinity", command, plan.place, plan.threads)
    return write(plan)


def write(plan: Plan) -> Path:
    """Write the result of what was measured."""
    found = json.loads((plan.place / "affinity.json").read_text(encoding="utf-8"))
    cost = cost_of(plan.place)
    told = [f"--steps {plan.steps} --every {plan.every}", *(f"--set {it}" for it in plan.settings)]
    recipe = " ".join([f"recipes/{plan.recipe.name}", *told])
    return replace(
        Result.frame(QUESTION, plan.data, MODEL, plan.seed, recipe, cost.machine),
        split="train",
        metrics=dict(_pairs(found, found["affinity_in_own_steps"]["mean"])),
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        details={name: value for name, value in found.items() if name not in LEFT_OUT},
    ).write(plan.results)


def _pairs(found: Mapping[str, Any], matrix: Sequence[Sequence[float | None]]) -> Iterator[tuple[str, float | None]]:
    """Entries by the names of row and column, without the diagonal."""
    for stepped, row in zip(found["tasks"], matrix, strict=True):
        for watched, value in zip(found["tasks"], row, strict=True):
            if stepped != watched:
                yield f"{stepped}/{watched}", value


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="How the tasks of a recipe agree.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    parser.add_argument("--runs", type=Path, default=Path("runs/affinity"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path, help="where to copy the heat map to")
    given = parser.parse_args(arguments)
    places = [path.resolve() for path in (given.recipe, given.data, given.runs)]
    plan = Plan(*places, given.steps, given.every, given.seed, given.threads, given.results)
    print(run(plan))
    if given.picture:
        shutil.copyfile(plan.place / "affinity.png", given.picture)


if __name__ == "__main__":
    main()
