"""Does joint training help more the less is known? A recipe beside its tasks alone, on a part of the interactions.

    python -m benchmarks.sparsity recipes/movies.toml --data data/movies --seeds 0 1 2
    python -m benchmarks.sparsity recipes/movies.toml --data data/movies --shares 1 --alone next_item rating like

For every share and seed: trains the whole recipe, and each task of `--alone` by itself with the settings that
`benchmarks.each_task` gives it, on the same thinned log (`data.train_share`), and judges them as `tastemaker compare`
does (`compared.py`). Every share is trained as whoever has so much would train on it: for the epochs of the recipe, or
of the task alone, whose many ones early stopping ends. One result for each run, one over all seeds for each share, and
a picture. Killed, the same command goes on where it stopped.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.each_task import ALONE, alone, tasks_of, withholding
from benchmarks.each_task_table import TOGETHER
from benchmarks.measured import cost_of, forget, is_judged, run_measured
from benchmarks.pooled import Pool, difference, pool, read_units
from benchmarks.result import RESULTS, ROOT, Result, data_name, read_results
from benchmarks.sparsity_chart import draw_sparsity
from benchmarks.training_run import TrainingRun, changes_of, evaluated_by, state_of

QUESTION: Final = "sparsity"
SIDES: Final = (TOGETHER, "alone")
"""As `benchmarks.compared` calls them, which is not imported: what starts measured processes stays small."""
WHOLE: Final = "all"


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    recipe: Path
    data: Path
    runs: Path
    shares: tuple[float, ...]
    """Of the training interactions."""
    seeds: tuple[int, ...]
    alone: tuple[str, ...] = ("next_item",)
    """Tasks that are trained by themselves."""
    metrics: tuple[str, ...] = ()
    """`TASK=METRIC` for tasks that are judged by another than their first."""
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for every run, such as a shorter training for a trial."""

    @property
    def models(self) -> tuple[str, ...]:
        return (TOGETHER, *self.alone)

    def place(self, model: str, share: float, seed: int) -> Path:
        """Folder of a run."""
        return self.runs / self.recipe.stem / f"{named(model, share)}-{seed}"

    def judged(self, share: float, seed: int) -> Path:
        """Folder of a seed's figures."""
        return self.runs / self.recipe.stem / f"{named('judged', share)}-{seed}"

    def settings(self, model: str, share: float, seed: int) -> tuple[str, ...]:
        """What is set beside the recipe and changes the result."""
        own = ALONE.get(self.recipe.stem, {}).get(model, ())
        if model != TOGETHER:
            own = (*own, withholding(self.recipe.read_text(encoding="utf-8")))
        return (f"training.seed={seed}", f"data.train_share={share:g}", *own, *self.overrides)


def named(model: str, share: float) -> str:
    """A model trained on a share of the log."""
    return f"{model}-{100 * share:g}"


def train(plan: Plan, model: str, share: float, seed: int) -> None:
    """Train a run; a finished one of the same command stays, a killed one goes on."""
    whole = plan.recipe.read_text(encoding="utf-8")
    recipe = whole if model == TOGETHER else alone(whole, model)
    changes = changes_of(plan.settings(model, share, seed), plan.data, plan.threads)
    name = f"{plan.recipe.stem}, {named(model, share)} %, seed {seed}: training"
    TrainingRun(name, recipe, changes, plan.place(model, share, seed), plan.threads).train()


def judge(plan: Plan, share: float, seed: int) -> None:
    """Judge all runs of a share and seed, unless that was done after they were trained."""
    places = [plan.place(model, share, seed) for model in plan.models]
    out = plan.judged(share, seed)
    name = f"{plan.recipe.stem}, {100 * share:g} %, seed {seed}: judging"
    command = [sys.executable, "-m", "benchmarks.compared", *map(str, places), "--out", str(out)]
    command += [word for metric in plan.metrics for word in ("--metric", metric)] + evaluated_by(plan.overrides)
    if is_judged(out / "compare.json", places, command, out):
        print(f"{name}: judged before", flush=True)
        return
    forget(out)
    run_measured(name, command, out, plan.threads)


def write_seed(plan: Plan, share: float, seed: int) -> list[Path]:
    """One result for each run."""
    found = json.loads((plan.judged(share, seed) / "compare.json").read_text(encoding="utf-8"))
    return [_result(plan, model, share, seed, _told(found, plan, model, share, seed)) for model in plan.models]


def write_pooled(plan: Plan, share: float) -> Path:
    """The answer over all seeds: joint, each task alone, and the difference, as a whole and by slice."""
    seeds = [read_units(plan.judged(share, seed)) for seed in plan.seeds]
    ours, theirs = ({_name(key): pool(seeds, key) for key in seeds[0] if key.startswith(f"{side}/")} for side in SIDES)
    costs = [cost_of(plan.place(model, share, seed)) for model in plan.models for seed in plan.seeds]
    frame = _frame(plan, TOGETHER, share, "pooled")
    return replace(
        frame,
        metrics=_values(ours),
        seconds=round(sum(cost.seconds for cost in costs), 1),
        peak_memory_mb=max(cost.peak_memory_mb for cost in costs),
        machine=costs[0].machine,
        intervals={name: it.interval for name, it in ours.items()},
        differences={"alone": {name: difference(ours[name], it) for name, it in theirs.items()}},
        baselines={"alone": _values(theirs)},
        details={
            "share": share,
            "seeds": list(plan.seeds),
            "by_seed": {name: list(it.by_seed) for name, it in ours.items()},
            "alone_by_seed": {name: list(it.by_seed) for name, it in theirs.items()},
        },
    ).write(plan.results)


def _name(key: str) -> str:
    """`task/metric` of the whole, `slice/task/metric` of a slice."""
    return key.partition("/")[2].removeprefix(f"{WHOLE}/")


def _values(pools: Mapping[str, Pool]) -> dict[str, float]:
    return {name: it.tally.value for name, it in pools.items()}


def _told(found: Mapping[str, Any], plan: Plan, model: str, share: float, seed: int) -> dict[str, Any]:
    """Metrics and slices of one run, as a result has them."""
    run, side = str(plan.place(model, share, seed)), SIDES[model != TOGETHER]

    def own(by_task: Mapping[str, Any]) -> dict[str, dict[str, float]]:
        is_own = {task: model == TOGETHER or it["single"] == run for task, it in by_task.items()}
        return {task: {it["metric"]: it[side]} for task, it in by_task.items() if is_own[task]}

    slices = {name: {named(model, share): own(part["tasks"])} for name, part in found["slices"].items()}
    cost = found["cost"]["joint"] if model == TOGETHER else found["cost"]["singles"][run]
    seen = {task: it[side] for task, it in found["cost"]["tasks"].items() if task in own(found["tasks"])}
    metrics = {f"{task}/{name}": value for task, it in own(found["tasks"]).items() for name, value in it.items()}
    return {"metrics": metrics, "slices": slices, "cost": cost | {"tasks": seen}}


def _result(plan: Plan, model: str, share: float, seed: int, told: Mapping[str, Any]) -> Path:
    place = plan.place(model, share, seed)
    cost, state = cost_of(place), state_of(place)
    return replace(
        _frame(plan, model, share, seed),
        metrics=told["metrics"],
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        machine=cost.machine,
        slices=told["slices"],
        details={
            "share": share,
            "steps": state["step"],
            "best_step": state["stopping"]["best_step"],
            "training": told["cost"],
        },
    ).write(plan.results)


def _frame(plan: Plan, model: str, share: float, seed: int | str) -> Result:
    settings = plan.settings(model, share, seed if isinstance(seed, int) else 0)
    kept = settings if isinstance(seed, int) else settings[1:]
    recipe = " ".join([f"recipes/{plan.recipe.name}", *(f"--set {change}" for change in kept)])
    recipe += "" if model == TOGETHER else f", {model} alone"
    first = cost_of(plan.place(model, share, plan.seeds[0])).machine
    return Result.frame(QUESTION, plan.data, named(model, share), seed, recipe, first)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="Joint training beside single tasks on a part of the interactions.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.1, 0.25, 0.5, 1.0], help="of the interactions")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--alone", nargs="+", default=["next_item"], metavar="TASK", help="trained by themselves")
    parser.add_argument("--metric", action="append", default=[], metavar="TASK=METRIC")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a run")
    parser.add_argument("--runs", type=Path, default=Path("runs/sparsity"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "sparsity.png")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every run")
    given = parser.parse_args(arguments)
    known = tasks_of(given.recipe.read_text(encoding="utf-8"))
    for task in given.alone:
        if task not in known:
            parser.error(f"--alone: expected some of {', '.join(known)}, found {task}.")
    places = [path.resolve() for path in (given.recipe, given.data, given.runs)]
    shares = tuple(sorted(set(given.shares), reverse=True))
    asked = (tuple(given.alone), tuple(given.metric), given.results.resolve(), given.threads, tuple(given.set))
    plan = Plan(*places, shares, tuple(given.seeds), *asked)
    for seed in plan.seeds:
        for share in plan.shares:
            for model in plan.models:
                train(plan, model, share, seed)
            judge(plan, share, seed)
            for path in write_seed(plan, share, seed):
                print(path, flush=True)
    for share in plan.shares:
        print(f"{write_pooled(plan, share)}: the answer over {len(plan.seeds)} seeds")
    found = [it for it in read_results(plan.results) if it["question"] == QUESTION and it["seed"] == "pooled"]
    draw_sparsity([it for it in found if it["data"] == data_name(plan.data)], given.picture)
    print(given.picture)


if __name__ == "__main__":
    main()
