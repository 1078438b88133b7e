"""Does our model recommend items that nobody ever met, and what does it cost the others?

    python -m benchmarks.cold_items --data data/beauty --seeds 0 1 2
    python -m benchmarks.cold_items --data data/beauty --models popularity content_neighbours --seeds 0

A seed draws a tenth of the items, which are held out of training entirely (`cold_draw.py`), and the training beside it.
Then the whole catalog is ranked for users whose next item is one of them, and for the others (`cold_targets.py`). One
JSON file per (data, model, seed), and one over all seeds with the differences of `tastemaker` from everyone else, and
from itself where the new items are left out of its lists. Killed, the same command goes on where it stopped.

Model selection reads validation, which holds no test item of the draw; so does the offset of cold items.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.cold_draw import derive
from benchmarks.measured import cost_of, forget, last_command, run_measured
from benchmarks.pooled import Pool, Units, difference, finish_of, read_units
from benchmarks.result import RESULTS, ROOT, Machine, Result, data_name
from benchmarks.training_run import TrainingRun, changes_of, state_of
from tastemaker.metrics.tally import Tally

QUESTION: Final = "cold_items"
OURS: Final = "tastemaker"
RECIPE: Final = "recipes/ranking.toml"
TRAINED: Final[Mapping[str, tuple[str, ...]]] = {
    OURS: (),
    "ids_only": ('model.content="none"',),
    "content_only": ("model.ids=false",),
    "no_id_dropout": ("model.id_dropout=0.0",),
}
"""What is set beside the recipe."""
FAVOURED: Final[Mapping[str, float]] = {"tastemaker_new_x2": 2.0, "tastemaker_new_x4": 4.0}
"""`tastemaker` as trained, with the odds of new items multiplied."""
UNTRAINED: Final = ("popularity", "content_neighbours")
WARM: Final = "warm"
WITHOUT_COLD: Final = "warm_without_cold"


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    data: Path
    seeds: tuple[int, ...]
    runs: Path
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for every recipe, such as a shorter training for a trial."""

    def training(self, seed: int) -> Path:
        """Folder of the data set without the items that a seed holds out."""
        return self.runs / data_name(self.data) / f"data-{seed}"

    def run(self, model: str, seed: int) -> Path:
        """Folder of a training run."""
        return self.runs / data_name(self.data) / f"{trained_as(model)}-{seed}"

    def judged(self, model: str, seed: int) -> Path:
        """Folder of a contestant's figures."""
        return self.runs / data_name(self.data) / f"judged-{model}-{seed}"

    def settings(self, model: str, seed: int) -> tuple[str, ...]:
        """What is set beside the recipe and changes the result."""
        return (f"training.seed={seed}", *TRAINED[trained_as(model)], *self.overrides)


def trained_as(model: str) -> str:
    """The contestant whose training `model` is: itself, for most."""
    return OURS if model in FAVOURED else model


def contest(plan: Plan, model: str, seed: int) -> None:
    """Train, where there is something to train, and judge; what is done stays."""
    name, out = f"{data_name(plan.data)}, {model}, seed {seed}", plan.judged(model, seed)
    training = derive(plan.data, seed, plan.training(seed))
    if trained_as(model) in TRAINED:
        recipe = (ROOT / RECIPE).read_text(encoding="utf-8")
        changes = changes_of(plan.settings(model, seed), training, plan.threads)
        TrainingRun(f"{name}: training", recipe, changes, plan.run(model, seed), plan.threads).train()
    command = _command(plan, model, seed)
    if _is_judged(plan, model, seed) and last_command(out) == command:
        print(f"{name}: judged before", flush=True)
        return
    forget(out)
    run_measured(f"{name}: judging", command, out, plan.threads)


def _command(plan: Plan, model: str, seed: int) -> list[str]:
    """What judges a contestant."""
    who = ["--run", str(plan.run(model, seed))] if trained_as(model) in TRAINED else ["--baseline", model]
    who += ["--odds", str(FAVOURED[model])] if model in FAVOURED else []
    data = ["--data", str(plan.data), "--training", str(plan.training(seed)), "--seed", str(seed)]
    return [sys.executable, "-m", "benchmarks.cold_items_judged", *data, "--out", str(plan.judged(model, seed)), *who]


def _is_judged(plan: Plan, model: str, seed: int) -> bool:
    """Whether figures are there, no older than what they judge."""
    done = plan.judged(model, seed) / "figures.json"
    made = (plan.run(model, seed) / "best.json", plan.training(seed) / "dataset.json")
    times = [path.stat().st_mtime for path in made if path.exists()]
    return done.exists() and done.stat().st_mtime >= max(times)


def write_result(plan: Plan, model: str, seed: int) -> Path:
    """The file of one contestant and seed."""
    path = plan.judged(model, seed) / "figures.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    is_trained = trained_as(model) in TRAINED
    cost = cost_of(plan.run(model, seed) if is_trained else plan.judged(model, seed))
    details = dict(found["details"])
    if is_trained:
        state = state_of(plan.run(model, seed))
        details |= {"steps": state["step"], "best_step": state["stopping"]["best_step"], "attempts": cost.attempts}
    return replace(
        _result(plan, model, seed),
        metrics=found["test"],
        seconds=cost.seconds if is_trained else found["seconds_to_fit"],
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        machine=cost.machine,
        details=details,
    ).write(plan.results)


def write_pooled(plan: Plan, models: Sequence[str], champion: str = OURS) -> Path | None:
    """`champion` over all seeds and its differences from the others; None where it is not among them."""
    if champion not in models:
        return None
    pools = {model: pools_of([read_units(plan.judged(model, seed)) for seed in plan.seeds]) for model in models}
    ours = pools[champion]
    others = {model: found for model, found in pools.items() if model != champion}
    others |= {
        f"{model}, cold items left out": _without_cold(found) for model, found in pools.items() if model in TRAINED
    }
    return replace(
        _result(plan, champion, "pooled"),
        metrics={name: found.tally.value for name, found in ours.items()},
        seconds=sum(cost_of(plan.run(champion, seed)).seconds for seed in plan.seeds),
        intervals={name: found.interval for name, found in ours.items()},
        differences={
            model: {name: difference(ours[name], it) for name, it in found.items()} for model, found in others.items()
        },
        baselines={model: {name: it.tally.value for name, it in found.items()} for model, found in others.items()},
        details={
            "seeds": list(plan.seeds),
            "by_seed": {name: list(found.by_seed) for name, found in ours.items()},
        },
    ).write(plan.results)


def pools_of(seeds: Sequence[Units]) -> dict[str, Pool]:
    """By metric, a contestant's figures over the targets of all seeds.

    Every seed asks for items of its own, so that its targets stand below those of the others; users are drawn whole,
    with their targets of all seeds.
    """
    pools = {}
    for key in seeds[0]:
        arrays, finish = [units[key] for units in seeds], finish_of(key.rpartition("/")[2])
        whole = np.concatenate(arrays)
        by_seed = tuple(float(finish(array[:, :-1].sum(axis=0))) for array in arrays)
        pools[key] = Pool(Tally(whole[:, :-1], finish), whole[:, -1].astype(np.int64), by_seed)
    return pools


def _without_cold(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    """A contestant on warm targets, all others left out of its lists, in the place of the warm figures."""
    start = f"{WITHOUT_COLD}/"
    return {f"{WARM}/{key.removeprefix(start)}": pool for key, pool in pools.items() if key.startswith(start)}


def _result(plan: Plan, model: str, seed: int | str) -> Result:
    """The frame of a result; recipe, data and machine are the same for all figures in it."""
    recipe = ""
    if trained_as(model) in TRAINED:
        kept = (*TRAINED[trained_as(model)], *plan.overrides)
        changes = plan.settings(model, seed) if isinstance(seed, int) else kept
        recipe = " ".join([RECIPE, *(f"--set {change}" for change in changes)])
    return Result.frame(QUESTION, plan.data, model, seed, recipe, Machine.here(plan.threads))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    names = [*UNTRAINED, *TRAINED, *FAVOURED]
    parser = argparse.ArgumentParser(description="Items held out of training entirely, ranked among all others.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--models", nargs="+", choices=names, default=names, metavar="MODEL", help=", ".join(names))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="of draws and trainings")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of one training")
    parser.add_argument("--runs", type=Path, default=Path("runs/cold_items"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every recipe")
    given = parser.parse_args(arguments)
    runs, data = given.runs.resolve(), given.data.resolve()
    plan = Plan(data, tuple(given.seeds), runs, given.results, given.threads, tuple(given.set))
    for seed in plan.seeds:
        for model in given.models:
            contest(plan, model, seed)
            print(write_result(plan, model, seed), flush=True)
    for answer in filter(None, (write_pooled(plan, given.models, champion) for champion in (OURS, *FAVOURED))):
        print(f"{answer}: the answer over {len(plan.seeds)} seeds")


if __name__ == "__main__":
    main()
