"""Does our ranking beat the field? The same split, the whole catalog, every contestant judged alike.

    python -m benchmarks.ranking --data data/beauty --seeds 0 1 2
    python -m benchmarks.ranking --data data/beauty --models popularity sasrec rectools_sasrec --seeds 0

Trained models are recipes: each seed is trained, then judged, in processes of their own. The SASRec with content is our
network alone, judged again without what stands beside it. Untrained baselines are judged once. Peers are models of
other libraries (see `benchmarks.peers`), trained in environments of their own; they take hours and run where they are
named. One JSON file per (data, model, seed), and one pooled over the seeds with the differences of `tastemaker` from
everyone else. Killed, the same command goes on where it stopped.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import cost_of, forget, last_command, run_measured
from benchmarks.peers import contestant
from benchmarks.peers.peers import PEERS
from benchmarks.pooled import Pool, difference, pool, read_units
from benchmarks.result import RESULTS, ROOT, Machine, Result, data_name
from benchmarks.training_run import TrainingRun, changes_of, state_of

QUESTION: Final = "ranking"
OURS: Final = "tastemaker"
TASK: Final = "next_item"


@dataclass(frozen=True)
class Trained:
    """A contestant that is trained: a recipe and what is set beside it."""

    recipe: str
    changes: tuple[str, ...] = ()
    trained_as: str = ""
    """Whose training it is, if not its own: the changes leave out what has no part in training."""


NETWORK_ALONE: Final = ("model.item_graph=false", "model.item_trend=false", "model.item_likeness=false")

TRAINED: Final[Mapping[str, Trained]] = {
    OURS: Trained("recipes/ranking.toml"),
    "sasrec": Trained("recipes/sasrec.toml"),
    "sasrec_content": Trained("recipes/ranking.toml", NETWORK_ALONE, OURS),
}


def trained_as(model: str) -> str:
    """The contestant whose training `model` is: itself, for most."""
    return (model in TRAINED and TRAINED[model].trained_as) or model


UNTRAINED: Final = (
    "popularity",
    "cooccurrence_last_1",
    "cooccurrence_last_2",
    "content_neighbours",
    "implicit_factorisation",
)


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    data: Path
    seeds: tuple[int, ...]
    runs: Path
    peers: Path
    """Where peers are trained, `DATA/PEER-SEED`; a finished one is taken as it is."""
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for every recipe, such as a shorter training for a trial."""

    def run(self, model: str, seed: int) -> Path:
        """Folder of a training run."""
        return (self.peers if model in PEERS else self.runs) / data_name(self.data) / f"{trained_as(model)}-{seed}"

    def judged(self, model: str, seed: int) -> Path:
        """Folder of a contestant's figures."""
        return self.runs / data_name(self.data) / f"judged-{model}-{seed}"

    def seeds_of(self, model: str) -> tuple[int, ...]:
        """An untrained baseline draws nothing: one seed is all there is."""
        return self.seeds[:1] if model in UNTRAINED else self.seeds

    def settings(self, model: str, seed: int) -> tuple[str, ...]:
        """What is set beside a recipe and changes the result."""
        return (f"training.seed={seed}", *TRAINED[model].changes, *self.overrides)


def contest(plan: Plan, model: str, seed: int) -> None:
    """Train, where there is something to train, and judge; what is done stays."""
    name, out = f"{data_name(plan.data)}, {model}, seed {seed}", plan.judged(model, seed)
    if model in TRAINED:
        recipe = (ROOT / TRAINED[model].recipe).read_text(encoding="utf-8")
        changes = changes_of(plan.settings(trained_as(model), seed), plan.data, plan.threads)
        TrainingRun(f"{name}: training", recipe, changes, plan.run(model, seed), plan.threads).train()
    elif model in PEERS:
        contestant.train(model, plan.data, seed, plan.run(model, seed), plan.threads)
    command = _command(plan, model, seed)
    if _is_judged(plan, model, seed) and last_command(out) == command:
        print(f"{name}: judged before", flush=True)
        return
    forget(out)
    run_measured(f"{name}: judging", command, out, plan.threads)


def _command(plan: Plan, model: str, seed: int) -> list[str]:
    """What judges a contestant."""
    kind = "--peer" if model in PEERS else "--run"
    who = ["--baseline", model] if model in UNTRAINED else [kind, str(plan.run(model, seed))]
    place = ["--data", str(plan.data), "--out", str(plan.judged(model, seed))]
    alone = ["--network-alone"] if trained_as(model) != model else []
    return [sys.executable, "-m", "benchmarks.ranking_judged", *place, *who, *alone]


def _is_judged(plan: Plan, model: str, seed: int) -> bool:
    """Whether figures are there, no older than what they judge."""
    done, last = plan.judged(model, seed) / "figures.json", contestant.COST if model in PEERS else "best.json"
    trained = plan.run(model, seed) / last
    return done.exists() and (not trained.exists() or done.stat().st_mtime >= trained.stat().st_mtime)


def write_result(plan: Plan, model: str, seed: int) -> Path:
    """The file of one contestant and seed."""
    found = _figures(plan, model, seed)
    is_trained = model not in UNTRAINED
    cost = cost_of(plan.run(model, seed) if is_trained else plan.judged(model, seed))
    details: dict[str, Any] = {
        "validation": found["validation"],
        "users_per_second": found["users_per_second"],
        "seconds_to_fit": found["seconds_to_fit"],
    }
    if is_trained:
        details |= _training(plan.run(model, seed), model) | {"attempts": cost.attempts}
    return replace(
        _result(plan, model, seed),
        metrics={f"{TASK}/{name}": value for name, value in found["test"].items()},
        seconds=cost.seconds if is_trained else found["seconds_to_fit"],
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        machine=cost.machine,
        details=details,
    ).write(plan.results)


def _training(run: Path, model: str) -> dict[str, Any]:
    """What a result says of a training."""
    if model in PEERS:
        return contestant.cost_details(model, run)
    state = state_of(run)
    return {"steps": state["step"], "best_step": state["stopping"]["best_step"]}


def write_pooled(plan: Plan, models: Sequence[str]) -> Path | None:
    """`tastemaker` over all seeds and its differences from the others; None where it was not among them."""
    if OURS not in models:
        return None
    pools = {model: _pools(plan, model) for model in models}
    ours = pools.pop(OURS)
    return replace(
        _result(plan, OURS, "pooled"),
        metrics={f"{TASK}/{name}": found.tally.value for name, found in ours.items()},
        seconds=sum(cost_of(plan.run(OURS, seed)).seconds for seed in plan.seeds),
        intervals={f"{TASK}/{name}": found.interval for name, found in ours.items()},
        differences={
            model: {f"{TASK}/{name}": difference(ours[name], it) for name, it in found.items()}
            for model, found in pools.items()
        },
        baselines={
            model: {f"{TASK}/{name}": it.tally.value for name, it in found.items()} for model, found in pools.items()
        },
        details={
            "seeds": list(plan.seeds),
            "by_seed": {f"{TASK}/{name}": list(found.by_seed) for name, found in ours.items()},
        },
    ).write(plan.results)


def _pools(plan: Plan, model: str) -> dict[str, Pool]:
    """By metric, a contestant's figures over all seeds; an untrained one stands alike beside every seed."""
    units = []
    for seed in plan.seeds:
        judged = plan.judged(model, seed if seed in plan.seeds_of(model) else plan.seeds[0])
        units.append(read_units(judged))
    return {key: pool(units, key) for key in units[0]}


def _figures(plan: Plan, model: str, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((plan.judged(model, seed) / "figures.json").read_text(encoding="utf-8"))
    return found


def _result(plan: Plan, model: str, seed: int | str) -> Result:
    """The frame of a result; recipe, data and machine are the same for all figures in it."""
    recipe = f"benchmarks.peers.run --peer {model}" if model in PEERS else ""
    if model in TRAINED:
        changes = plan.settings(model, seed) if isinstance(seed, int) else (*TRAINED[model].changes, *plan.overrides)
        recipe = " ".join([TRAINED[model].recipe, *(f"--set {change}" for change in changes)])
    return Result.frame(QUESTION, plan.data, model, seed, recipe, Machine.here(plan.threads))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    ours, names = [*UNTRAINED, *TRAINED], [*UNTRAINED, *TRAINED, *PEERS]
    parser = argparse.ArgumentParser(description="Rankings of the whole catalog, ours beside the field.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--models", nargs="+", choices=names, default=ours, metavar="MODEL", help=", ".join(names))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of one training")
    parser.add_argument("--runs", type=Path, default=Path("runs/ranking"))
    parser.add_argument("--peers", type=Path, default=Path("runs/peers"), help="where peers of other libraries train")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every recipe")
    given = parser.parse_args(arguments)
    runs, data = given.runs.resolve(), given.data.resolve()
    plan = Plan(data, tuple(given.seeds), runs, given.peers.resolve(), given.results, given.threads, tuple(given.set))
    for model in given.models:
        for seed in plan.seeds_of(model):
            contest(plan, model, seed)
            print(write_result(plan, model, seed), flush=True)
    if answer := write_pooled(plan, given.models):
        print(f"{answer}: the answer over {len(plan.seeds)} seeds")


if __name__ == "__main__":
    main()
