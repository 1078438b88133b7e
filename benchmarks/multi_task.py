"""Does joint training help? A recipe beside its tasks alone: at equal tokens of each task, and in 60 % of their time.

    python -m benchmarks.multi_task recipes/instruments.toml --data data/instruments --seeds 0 1 2 3 4
    python -m benchmarks.multi_task recipes/instruments.toml --data data/instruments --name famo \
        --joint balancing.method=famo --seeds 0 1 2 3 4

For every seed: trains the whole recipe at its length (`NAME`); each task alone, with the settings that
`benchmarks.each_task` gives it and no more of the catalog to read, for as many steps as it takes to read as many
positions of the task as the joint run read (`task_steps.py`), once for all joint runs that read as many; and the whole
recipe once more with so few steps that it is done in 60 % of the time that the singles took together (`NAME_60`). Both
are judged beside the singles as `tastemaker compare` does (`compared.py`). One result for each seed, and one over all
seeds. Killed, the same command goes on where it stopped. What a seed leaves for the answer over all of them stands
beside its result (`multi_task_kept.py`): `--before 0 1` pools seeds that were run elsewhere with those of `--seeds`.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from benchmarks.each_task import ALONE, alone, tasks_of, withholding
from benchmarks.each_task_table import SHOWN
from benchmarks.measured import cost_of, forget, is_judged, last_command, run_measured
from benchmarks.multi_task_kept import check_alike, keep_units, read_seed, sides_and_gains
from benchmarks.multi_task_pooled import pooled_gains
from benchmarks.multi_task_screening import ENDLESS
from benchmarks.result import RESULTS, Machine, Result, data_name
from benchmarks.training_run import TrainingRun, changes_of, evaluated_by, state_of
from tastemaker.checkpoint.spent import COUNTED, Spent
from tastemaker.evaluation.compare import WHOLE

QUESTION: Final = "multi_task"
SHARE: Final = 0.6
"""Of the singles' summed time, in which a joint model shall be trained once more."""
KEPT: Final = 0.88
"""Of that, what is left for steps: the look before the first and the fit of label heads behind the last take as
long however few these are."""
JUDGED_BY: Final[Mapping[str, Mapping[str, str]]] = {
    "instruments": {"explanation": "rougeL"},
    "demo": {"dialogue": "recall@10"},
}
"""By recipe and task, the metric where it is not that of `SHOWN`: people's own reasons name few facts to be true, and
simulated dialogues recommend what is new alone."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    recipe: Path
    data: Path
    runs: Path
    seeds: tuple[int, ...]
    name: str = "joint"
    joint: tuple[str, ...] = ()
    """`table.key=value` of the joint runs alone: what screening chose."""
    overrides: tuple[str, ...] = ()
    """The same of every run."""
    results: Path = RESULTS
    threads: int = 1
    before: tuple[int, ...] = ()
    """Seeds that were judged before, whose results stand."""

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """All that are pooled."""
        return tuple(sorted({*self.before, *self.seeds}))

    def result(self, model: str, seed: int) -> Path:
        """File of a seed's result."""
        return self.results / QUESTION / f"{data_name(self.data)}-{model}-{seed}.json"

    @property
    def shorter(self) -> str:
        """What the joint model of less time is called."""
        return f"{self.name}_{100 * SHARE:.0f}"

    @property
    def text(self) -> str:
        """The recipe."""
        return self.recipe.read_text(encoding="utf-8")

    def alone(self, task: str) -> tuple[str, ...]:
        """What is set for a task alone: it reads no answer that the joint model must not read."""
        return (*ALONE.get(self.recipe.stem, {}).get(task, ()), withholding(self.text))

    def place(self, model: str, seed: int) -> Path:
        """Folder of a run; a single that read as many positions for another joint run is the same."""
        if not model.startswith(self.name):
            model = f"{model}-{json.loads(self.count(model, seed).read_text(encoding='utf-8'))['steps']}"
        return self.runs / self.recipe.stem / model / str(seed)

    def count(self, task: str, seed: int) -> Path:
        """File with the steps that a task alone takes."""
        return self.runs / self.recipe.stem / f"{self.name}-{task}" / f"{seed}-steps.json"

    def changes(self, own: Sequence[str], seed: int) -> tuple[str, ...]:
        """What is set for a run."""
        return changes_of((f"training.seed={seed}", *own, *self.overrides), self.data, self.threads)

    def train(self, model: str, recipe: str, own: Sequence[str], seed: int) -> Path:
        """Train a run to its end; a finished one of the same command stays, a killed one goes on."""
        place, name = self.place(model, seed), f"{self.recipe.stem}, {model} ({self.name}), seed {seed}"
        TrainingRun(f"{name}: training", recipe, self.changes(own, seed), place, self.threads).train()
        return place


def train(plan: Plan, seed: int) -> None:
    """Everything that a seed needs: joint, singles, and joint in less time."""
    joint = plan.train(plan.name, plan.text, plan.joint, seed)
    singles = {}
    for task, positions in positions_read(joint).items():
        steps = count_steps(plan, task, positions, seed)
        singles[task] = plan.train(task, alone(plan.text, task), (*plan.alone(task), *_exactly(steps)), seed)
    if (steps := steps_in_time(joint, list(singles.values()))) is not None:
        plan.train(plan.shorter, plan.text, (*plan.joint, f"training.max_steps={steps}"), seed)


def positions_read(joint: Path) -> dict[str, int]:
    """Positions of every task that a joint run read.

    Raises:
        SystemExit: it was trained before these were kept.
    """
    seen = state_of(joint).get("seen")
    if not seen:
        raise SystemExit(f"{joint}: expected a run that says what it read, found none. Train it anew, elsewhere.")
    return {task: counts["positions"] for task, counts in seen["tasks"].items()}


def count_steps(plan: Plan, task: str, positions: int, seed: int) -> int:
    """How many steps a task alone takes to read so many positions; counted once."""
    out = plan.count(task, seed)
    counting, recipe = out.with_suffix(""), out.with_name(f"{seed}.toml")
    recipe.parent.mkdir(parents=True, exist_ok=True)
    recipe.write_text(alone(plan.text, task), encoding="utf-8")
    changes = plan.changes(plan.alone(task), seed)
    command = [sys.executable, "-m", "benchmarks.task_steps", str(recipe), "--positions", str(positions)]
    command += ["--out", str(out), *(word for change in changes for word in ("--set", change))]
    if not out.exists() or last_command(counting) != command:
        forget(counting)
        run_measured(f"{plan.recipe.stem}, {task}, seed {seed}: counting steps", command, counting, plan.threads)
    return int(json.loads(out.read_text(encoding="utf-8"))["steps"])


def steps_in_time(joint: Path, singles: Sequence[Path]) -> int | None:
    """In how many steps, as long as those of a joint run, it is done in `SHARE` of the singles' time; at least one.

    None where it is as it stands. Time is that of the processor, which depends less on what else the machine does.

    Raises:
        SystemExit: a run does not say how long it took.
    """
    spent = {place: took(place) for place in (joint, *singles)}
    for place, seconds in spent.items():
        if seconds is None:
            raise SystemExit(f"{place}: expected a run that says how long it took, found none. Train it anew.")
    whole, limit = spent[joint] or 0.0, SHARE * sum(spent[place] or 0.0 for place in singles)
    return None if whole <= limit else max(1, int(KEPT * limit * state_of(joint)["step"] / whole))


def took(run: Path) -> float | None:
    """Processor seconds of a run's steps and validations; None where it does not say."""
    return Spent.of(run).processor_seconds


def _exactly(steps: int) -> tuple[str, ...]:
    """A run of so many steps, however many epochs these are."""
    return (f"training.epochs={ENDLESS}", f"training.max_steps={steps}")


def judge(plan: Plan, model: str, seed: int) -> Path:
    """Judge a joint run beside the singles, unless that was done after they were trained; the folder of figures."""
    tasks = tasks_of(plan.text)
    singles = [plan.place(task, seed) for task in tasks]
    joint, out = plan.place(model, seed), plan.place(f"{model}-judged", seed)
    command = [sys.executable, "-m", "benchmarks.compared", str(joint), *map(str, singles), "--out", str(out)]
    metrics = SHOWN | JUDGED_BY.get(plan.recipe.stem, {})
    shown = [f"{task}={metric}" for task, metric in metrics.items() if task in tasks]
    command += [word for each in shown for word in ("--metric", each)] + evaluated_by(plan.overrides)
    if not is_judged(out / "compare.json", (joint, *singles), command, out):
        forget(out)
        run_measured(f"{plan.recipe.stem}, {model}, seed {seed}: judging", command, out, plan.threads)
    return out


def models_of(plan: Plan, seed: int) -> list[str]:
    """The joint models of a seed; a run that was within 60 % of the time as it stood has no shorter one."""
    joint, singles = plan.place(plan.name, seed), [plan.place(task, seed) for task in tasks_of(plan.text)]
    return [plan.name, *([] if steps_in_time(joint, singles) is None else [plan.shorter])]


def write_seed(plan: Plan, model: str, seed: int) -> Path:
    """The result of one seed, its units beside it."""
    judged, place = judge(plan, model, seed), plan.place(model, seed)
    found = json.loads((judged / "compare.json").read_text(encoding="utf-8"))
    cost, state = cost_of(place), state_of(place)
    told = sides_and_gains(found["tasks"])
    result = replace(
        Result.frame(QUESTION, plan.data, model, seed, _recipe(plan, model, seed), cost.machine),
        metrics=told["joint"],
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        baselines={"alone": told["alone"]},
        details={
            "gains": told["gains"],
            **{name: found[name] for name in ("delta_m", "better", "worse")},
            "slices": {name: sides_and_gains(it["tasks"]) for name, it in found["slices"].items()},
            "cost": _cost(found["cost"]),
            "steps": state["step"],
            "best_step": state["stopping"]["best_step"],
            "steps_alone": {task: state_of(plan.place(task, seed))["step"] for task in tasks_of(plan.text)},
            "recipe_sha256": hashlib.sha256(plan.text.encode()).hexdigest(),
            "settings_alone": {task: list(plan.alone(task)) for task in tasks_of(plan.text)},
        },
    )
    keep_units(judged, plan.results / result.path)
    return result.write(plan.results)


def write_pooled(plan: Plan, model: str) -> Path:
    """The answer over all seeds."""
    seeds = [read_seed(plan.result(model, seed)) for seed in plan.all_seeds]
    check_alike(seeds)
    units, results = [it.units for it in seeds], [it.result for it in seeds]
    found = pooled_gains(units, [it.tasks(WHOLE) for it in seeds])
    parts = [name for name in seeds[0].parts if name != WHOLE and all(name in it.parts for it in seeds)]
    costs = [it["details"]["cost"] for it in results]
    machine = Machine(**results[0]["machine"])
    return replace(
        Result.frame(QUESTION, plan.data, model, "pooled", _recipe(plan, model, None), machine),
        metrics=found.pop("joint"),
        seconds=round(sum(it["seconds"] for it in results), 1),
        peak_memory_mb=max(it["peak_memory_mb"] for it in results),
        commit=results[-1]["commit"],
        baselines={"alone": found.pop("alone")},
        details={
            "seeds": list(plan.all_seeds),
            **found,
            "slices": {name: pooled_gains(units, [it.tasks(name) for it in seeds], name) for name in parts},
            "cost": {name: _mean([cost[name] for cost in costs]) for name in costs[0]},
        },
    ).write(plan.results)


def _cost(told: Mapping[str, Any]) -> dict[str, float | None]:
    """Seconds, those of the processor and positions, joint and of the singles together, and their quotients."""
    return {
        f"{who}_{what}": told[side][what]
        for who, side in (("joint", "joint"), ("alone", "sum"), ("ratio_of", "ratio"))
        for what in COUNTED
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 4) if len(known) == len(values) else None


def _recipe(plan: Plan, model: str, seed: int | None) -> str:
    """What was run, in words of the command line."""
    settings = [*plan.joint, *plan.overrides, *([] if seed is None else [f"training.seed={seed}"])]
    recipe = " ".join([f"recipes/{plan.recipe.name}", *(f"--set {it}" for it in settings)])
    return recipe + (f", so many steps as fit in {SHARE:.0%} of the singles' time" if model == plan.shorter else "")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="A recipe beside its tasks alone, at equal tokens and in less time.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--before", type=int, nargs="+", default=[], help="seeds whose results stand, pooled, too")
    parser.add_argument("--name", default="joint", help="what the joint model is called")
    parser.add_argument("--joint", nargs="+", default=[], metavar="TABLE.KEY=VALUE", help="for the joint runs alone")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every run")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a run")
    parser.add_argument("--runs", type=Path, default=Path("runs/multi_task"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    places = [path.resolve() for path in (given.recipe, given.data, given.runs)]
    own, every = tuple(given.joint), tuple(given.set)
    seeds, before = tuple(given.seeds), tuple(given.before)
    plan = Plan(*places, seeds, given.name, own, every, given.results, given.threads, before)
    for seed in plan.seeds:
        train(plan, seed)
        for model in models_of(plan, seed):
            print(write_seed(plan, model, seed), flush=True)
    common = set.intersection(*(set(models_of(plan, seed)) for seed in plan.seeds))
    for model in sorted(common):
        if model == plan.name or all(plan.result(model, seed).exists() for seed in plan.before):
            print(write_pooled(plan, model), flush=True)


if __name__ == "__main__":
    main()
