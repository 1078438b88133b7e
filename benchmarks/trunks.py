"""Is a pretrained trunk worth its time? The same tasks and data beside `nano`, which is trained for as long.

    python -m benchmarks.trunks --data data/movies --seed 0

`nano` has more epochs than in its recipe, so many that both take as long of the processor. A tenth of the items is
held out of training in both (`data.new_items`), so that cold items can be told apart. Then `tastemaker compare` judges
the pretrained run against the other on test: every task, and cut histories, new items and long tail, each with a paired
interval. One result a trunk. Killed, the same command goes on where it stopped.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import cost_of, forget, is_judged, run_measured
from benchmarks.result import RESULTS, ROOT, Result
from benchmarks.training_run import TrainingRun, changes_of, is_finished, state_of

QUESTION: Final = "trunks"
PLAIN, PRETRAINED = "nano", "smollm2"
RECIPES: Final[Mapping[str, str]] = {PLAIN: "recipes/movies.toml", PRETRAINED: "recipes/movies-smollm2.toml"}
HELD_OUT: Final = "data.new_items=0.1"
AS_LONG: Final[Mapping[str, tuple[str, ...]]] = {PLAIN: ("training.epochs=9",), PRETRAINED: ()}
"""450 seconds of the processor for an epoch of one recipe, 4,009 for the other."""


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

    def settings(self, trunk: str) -> tuple[str, ...]:
        """What is set beside a recipe."""
        return (HELD_OUT, f"training.seed={self.seed}", *AS_LONG[trunk], *self.overrides)


def train(plan: Plan, trunk: str) -> None:
    """Train one trunk to its recipe's end."""
    recipe = (ROOT / RECIPES[trunk]).read_text(encoding="utf-8")
    TrainingRun(trunk, recipe, changes_of(plan.settings(trunk), plan.data, 1), plan.run(trunk)).train()


def judge(plan: Plan) -> dict[str, Any]:
    """What `tastemaker compare` says of the pretrained run beside the other."""
    ours, theirs = plan.run(PRETRAINED), plan.run(PLAIN)
    place = plan.runs / f"compared-{plan.seed}"
    command = [sys.executable, "-m", "tastemaker", "compare", str(ours), str(theirs), "--out", str(place)]
    if not is_judged(place / "compare.json", (ours, theirs), command, place):
        forget(place)
        run_measured("comparing", command, place, 1)
    found: dict[str, Any] = json.loads((place / "compare.json").read_text(encoding="utf-8"))
    return found


def write(plan: Plan, trunk: str, found: Mapping[str, Any]) -> Path:
    """The result of one trunk; changes and their intervals stand with the pretrained one."""
    side, is_ours = ("joint", True) if trunk == PRETRAINED else ("alone", False)
    slices = {"all": found["tasks"]} | {name: it["tasks"] for name, it in found["slices"].items()}
    told = {f"{task}/{it['metric']}/{name}": it for name, tasks in slices.items() for task, it in tasks.items()}
    run = plan.run(trunk)
    cost, state = cost_of(run), state_of(run)
    recipe = " ".join([RECIPES[trunk], *(f"--set {setting}" for setting in plan.settings(trunk))])
    result = Result.frame(QUESTION, plan.data, trunk, plan.seed, recipe, cost.machine)
    changes = {name: {"value": it["change"], "low": it["low"], "high": it["high"]} for name, it in told.items()}
    return replace(
        result,
        metrics={name: it[side] for name, it in told.items()},
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        details={"steps": state["step"], "best_step": state["stopping"]["best_step"]}
        | ({"changes": changes} if is_ours else {}),
    ).write(plan.results)


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
    if all(is_finished(plan.run(trunk)) for trunk in RECIPES):
        found = judge(plan)
        for trunk in RECIPES:
            print(write(plan, trunk, found), flush=True)


if __name__ == "__main__":
    main()
