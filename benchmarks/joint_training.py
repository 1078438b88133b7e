"""What does joint training cost ranking, and what do the other tasks reach? Same trunk, same seeds, same split.

    python -m benchmarks.joint_training --data data/movielens-100k --seeds 0 1 2

For every seed: trains recipes/demo.toml (joint) and recipes/next_item.toml (alone), judges both and every untrained
baseline in one run, and writes one result each; then the answer over all seeds. Killed, it goes on where it stopped.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import Cost, cost_of, forget, is_judged, run_measured
from benchmarks.pooled import difference, pool, read_units
from benchmarks.result import RESULTS, ROOT, Result
from benchmarks.training_run import TrainingRun, changes_of, state_of

QUESTION: Final = "joint_training"
JOINT, ALONE = "joint", "next_item_alone"
RECIPES: Final = {JOINT: "recipes/demo.toml", ALONE: "recipes/next_item.toml"}


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    data: Path
    seeds: tuple[int, ...]
    runs: Path
    recipes: Mapping[str, str]
    """The text of each model's recipe, read once."""
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for both recipes, such as a shorter training for a trial."""

    def run(self, model: str, seed: int) -> Path:
        """Folder of a training run."""
        return self.runs / f"{model}-{seed}"

    def judged(self, seed: int) -> Path:
        """Folder of a seed's figures."""
        return self.runs / f"judged-{seed}"

    def settings(self, seed: int) -> list[str]:
        """What is set beside the recipe and changes the result."""
        return [f"training.seed={seed}", *self.overrides]


def train(plan: Plan, model: str, seed: int) -> None:
    """Train a run; a finished one of the same command stays, a killed one goes on."""
    changes = changes_of(plan.settings(seed), plan.data, plan.threads)
    name = f"{model}, seed {seed}: training"
    TrainingRun(name, plan.recipes[model], changes, plan.run(model, seed), plan.threads).train()


def judge(plan: Plan, seed: int) -> None:
    """Judge both runs of a seed, unless that was done after they were trained."""
    joint, alone, out = plan.run(JOINT, seed), plan.run(ALONE, seed), plan.judged(seed)
    command = [sys.executable, "-m", "benchmarks.judged", str(joint), str(alone), "--out", str(out)]
    if is_judged(out / "evaluation.json", (joint, alone), command, out):
        print(f"seed {seed}: judged before", flush=True)
        return
    forget(out)
    run_measured(f"seed {seed}: judging", command, out, plan.threads)


def write_seed(plan: Plan, seed: int) -> None:
    """One result each for joint, alone and every untrained baseline."""
    report = json.loads((plan.judged(seed) / "evaluation.json").read_text(encoding="utf-8"))
    judging, trained = cost_of(plan.judged(seed)), cost_of(plan.run(JOINT, seed))
    names = {plan.run(ALONE, seed).name: ALONE}
    result = _result(plan, JOINT, seed, trained)
    told = {"sizes": report["sizes"], "simulated": report["simulated"]}
    replace(
        result,
        metrics=_flat(report["tasks"]),
        intervals=_flat(report["intervals"]),
        differences={names.get(name, name): _flat(by_task) for name, by_task in report["differences"].items()},
        slices=_renamed(report["slices"], names),
        details={**told, **_training(plan.run(JOINT, seed), trained)},
    ).write(plan.results)
    for name, by_task in report["baselines"].items():
        model = names.get(name, name)
        if model == ALONE:
            cost = cost_of(plan.run(ALONE, seed))
            made, details = _result(plan, ALONE, seed, cost), _training(plan.run(ALONE, seed), cost)
        else:
            untrained = replace(judging, seconds=0.0)
            made = replace(_result(plan, JOINT, seed, untrained), model=model)
            details = {"memory_of": "judging all contestants"}
        simulated = {"simulated": [task for task in report["simulated"] if task in by_task]}
        replace(made, metrics=_flat(by_task), details=simulated | details).write(plan.results)


def write_pooled(plan: Plan) -> Path:
    """The answer over all seeds: joint, its differences from everyone else, and everyone's mean."""
    seeds = [read_units(plan.judged(seed)) for seed in plan.seeds]
    pools = {key: pool(seeds, key) for key in seeds[0]}
    ours = {key.partition("/")[2]: found for key, found in pools.items() if key.startswith(f"{JOINT}/")}
    others: dict[str, dict[str, str]] = {}
    for key in pools:
        name, _, metric = key.partition("/")
        if name != JOINT and metric in ours:
            others.setdefault(name, {})[metric] = key
    costs = [cost_of(plan.run(model, seed)) for model in RECIPES for seed in plan.seeds]
    report = json.loads((plan.judged(plan.seeds[0]) / "evaluation.json").read_text(encoding="utf-8"))
    return replace(
        _result(plan, JOINT, "pooled", costs[0]),
        metrics={metric: found.tally.value for metric, found in ours.items()},
        seconds=round(sum(cost.seconds for cost in costs), 1),
        peak_memory_mb=max(cost.peak_memory_mb for cost in costs),
        intervals={metric: found.interval for metric, found in ours.items()},
        differences={
            name: {metric: difference(ours[metric], pools[key]) for metric, key in keys.items()}
            for name, keys in others.items()
        },
        baselines={
            name: {metric: pools[key].tally.value for metric, key in keys.items()} for name, keys in others.items()
        },
        details={
            "seeds": list(plan.seeds),
            "by_seed": {metric: list(found.by_seed) for metric, found in ours.items()},
            "simulated": report["simulated"],
        },
    ).write(plan.results)


def _result(plan: Plan, model: str, seed: int | str, cost: Cost) -> Result:
    changes = plan.settings(seed) if isinstance(seed, int) else list(plan.overrides)
    recipe = " ".join([RECIPES[model], *(f"--set {change}" for change in changes)])
    frame = Result.frame(QUESTION, plan.data, model, seed, recipe, cost.machine)
    return replace(frame, seconds=cost.seconds, peak_memory_mb=cost.peak_memory_mb, commit=cost.commit)


def _training(run: Path, cost: Cost) -> dict[str, Any]:
    """How long it was trained; `passes` is how often each group of tasks began its examples anew, by group."""
    state = state_of(run)
    passes = [group["epoch"] for group in state["mixture"]["streams"]]
    return {
        "passes": passes,
        "steps": state["step"],
        "best_step": state["stopping"]["best_step"],
        "attempts": cost.attempts,
    }


def _flat(by_task: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {f"{task}/{metric}": value for task, by_metric in by_task.items() for metric, value in by_metric.items()}


def _renamed(slices: dict[str, dict[str, Any]], names: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {part: {names.get(name, name): it for name, it in found.items()} for part, found in slices.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="The joint model beside its trunk alone and untrained baselines.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of one training")
    parser.add_argument("--workers", type=int, default=1, help="trainings at a time")
    parser.add_argument("--runs", type=Path, default=Path("runs/benchmarks"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for both recipes")
    given = parser.parse_args(arguments)
    runs, data = given.runs.resolve(), given.data.resolve()
    recipes = {model: (ROOT / path).read_text(encoding="utf-8") for model, path in RECIPES.items()}
    plan = Plan(data, tuple(given.seeds), runs, recipes, given.results, given.threads, tuple(given.set))
    with ThreadPoolExecutor(given.workers) as workers:
        for done in [workers.submit(train, plan, model, seed) for seed in plan.seeds for model in RECIPES]:
            done.result()
        for done in [workers.submit(judge, plan, seed) for seed in plan.seeds]:
            done.result()
    for seed in plan.seeds:
        write_seed(plan, seed)
    print(f"{write_pooled(plan)}: the answer over {len(plan.seeds)} seeds")


if __name__ == "__main__":
    main()
