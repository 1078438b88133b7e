"""How fast does our training go beside other libraries'? Targets a second, contestants taking turns on one machine.

    python -m benchmarks.training_speed --data data/beauty --repetitions 5 --seconds 60

All contestants train the same model on the same users: SASRec, ids only, 64 wide, two layers, full cross-entropy, 256
users a step; ours, which counts positions, gets as many targets a step as RecTools' on average, and takes part twice:
with its precision `auto`, and in float32 as the others. Each is a process of its own that stays in memory and waits
while another works. One turn of everybody is a repetition, begun by another contestant each time; the result has
medians over repetitions and the ratios of ours to the others within each. A turn holds all that training does but
validating: drawing and planning epochs, loading, steps. Nothing is written but the result and the logs.

A target is a position whose next item is learnt. A row of RecBole's has one, whose prefix is read anew for it, so its
batch is as many rows as the others' steps have targets.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from benchmarks.peers.environment import ensure_environment
from benchmarks.peers.exchange import write_exchange
from benchmarks.peers.job import Job
from benchmarks.peers.peers import find_peer
from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256
from benchmarks.turns import takers

QUESTION: Final = "training_speed"
OURS: Final = "tastemaker"
OURS_IN_FLOAT32: Final = "tastemaker_float32"
"""The other libraries train in float32; ours alone uses a processor's bfloat16 where it has that."""
RECIPE: Final = "recipes/sasrec.toml"
SIZE: Final = ("model.width=64", "model.layers=2", "model.heads=2", "model.dropout=0.5", "model.content=none")
"""Set beside the recipe, so that the size stays that of the peers whatever the recipe is tuned to."""
USERS_A_STEP: Final = 256
LONGEST: Final = 50


@dataclass(frozen=True)
class Timed:
    """A peer's training, as its library does it or with changed hyperparameters."""

    peer: str
    """Name in `benchmarks.peers.peers`."""
    script: str
    """Module that tells `benchmarks.peers.step_clock` of every step."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    batch_of_targets: str = ""
    """The hyperparameter that says how many targets a step has, where the library counts these and not users."""


PEERS: Final[Mapping[str, Timed]] = {
    "rectools_sasrec": Timed("rectools_sasrec", "benchmarks.peers.rectools_speed", {"real_positions": False}),
    "rectools_sasrec_real_positions": Timed("rectools_sasrec", "benchmarks.peers.rectools_speed"),
    "recbole_sasrec": Timed("recbole_sasrec", "benchmarks.peers.recbole_speed", {}, "train_batch_size"),
}


@dataclass(frozen=True)
class Plan:
    """What is measured on what."""

    data: Path
    contestants: tuple[str, ...]
    repetitions: int
    seconds: float
    threads: int
    logs: Path
    results: Path = RESULTS


def targets_a_step(data: Path) -> float:
    """Targets of one of RecTools' steps: all but the first of each user's last 51 training interactions."""
    with np.load(write_exchange(data) / "train.npz") as train:
        lengths = np.bincount(train["user"])
    lengths = lengths[lengths > 1]
    steps = -(-len(lengths) // USERS_A_STEP)
    return float((np.minimum(lengths, LONGEST + 1) - 1).sum() / steps)


def command(plan: Plan, name: str) -> list[str]:
    """What trains a contestant, told by lines on its standard input when to go on.

    Raises:
        SystemExit: no such contestant or peer.
    """
    if name in (OURS, OURS_IN_FLOAT32):
        where = ["--data", str(plan.data), "--run", str(plan.logs / name), "--threads", str(plan.threads)]
        size = ["--recipe", RECIPE, "--targets", str(targets_a_step(plan.data))]
        precision = "auto" if name == OURS else "float32"
        settings = [word for setting in (*SIZE, f"training.precision={precision}") for word in ("--set", setting)]
        return [sys.executable, "-m", "benchmarks.training_probe", *size, *where, *settings]
    timed = PEERS[name]
    peer = find_peer(timed.peer)
    hyperparameters = {**peer.hyperparameters, **timed.changes}
    if timed.batch_of_targets:
        hyperparameters[timed.batch_of_targets] = round(targets_a_step(plan.data))
    job = Job(write_exchange(plan.data), plan.logs / name, 0, hyperparameters, 10**6, 10**6, plan.threads)
    return [str(ensure_environment(peer.library)), "-W", "ignore", "-m", timed.script, *job.arguments()]


@dataclass(frozen=True)
class Measured:
    """What every contestant says of itself, and what it did in every repetition."""

    facts: Mapping[str, Mapping[str, Any]]
    turns: Mapping[str, Sequence[Mapping[str, Any]]]


def measure(plan: Plan, commands: Mapping[str, Sequence[str]]) -> Measured:
    """Let all contestants take turns."""
    turns: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    with takers(commands, plan.logs, plan.threads) as ready:
        for repetition in range(plan.repetitions):
            first = repetition % len(ready)
            for taker in [*ready[first:], *ready[:first]]:
                done = taker.turn(plan.seconds)
                turns[taker.name].append(done)
                rate = done["targets"] / done["seconds"]
                print(f"{repetition + 1}: {taker.name} {rate:,.0f} targets/s, load {done['load']}", flush=True)
        return Measured({taker.name: taker.facts for taker in ready}, turns)


def figures(turns: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, float]:
    """Targets a second of every contestant, and the ratios of ours to the others, repetition by repetition."""
    rates = {name: [done["targets"] / done["seconds"] for done in found] for name, found in turns.items()}
    ratios = {
        f"{OURS}_to_{name}": [ours / other for ours, other in zip(rates[OURS], rate, strict=True)]
        for name, rate in rates.items()
        if OURS in rates and name != OURS
    }
    spread = {f"{name}/targets_per_second": rate for name, rate in rates.items()} | ratios
    busy = {
        f"{name}/targets_per_cpu_second": [done["targets"] / done["cpu_seconds"] for done in found]
        for name, found in turns.items()
    }
    found = {
        f"{name}{end}": round(float(of(values)), 2)
        for name, values in (spread | busy).items()
        for end, of in (("", median), ("/min", min), ("/max", max))
    }
    memory = {f"{name}/peak_memory_mb": max(done["peak_memory_mb"] for done in it) for name, it in turns.items()}
    return found | memory


def result(plan: Plan, machine: Machine, measured: Measured, seconds: float) -> Result:
    """One file with all contestants."""
    return Result(
        question=QUESTION,
        data=data_name(plan.data),
        model="side_by_side",
        seed=0,
        split="train",
        metrics=figures(measured.turns),
        seconds=round(seconds, 1),
        peak_memory_mb=None,
        commit=commit(),
        recipe=" ".join([RECIPE, *(f"--set {setting}" for setting in SIZE)]) + f", {USERS_A_STEP} users a step",
        machine=machine,
        data_sha256=data_sha256(plan.data),
        details={
            "repetitions": plan.repetitions,
            "seconds_a_turn": plan.seconds,
            "contestants": measured.facts,
            "turns": measured.turns,
        },
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    names = [OURS, OURS_IN_FLOAT32, *PEERS]
    parser = argparse.ArgumentParser(description="Training speed, contestants taking turns.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--contestants", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="of one turn, until the step that ends after it")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--logs", type=Path, default=Path("runs/training_speed"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    contestants = tuple(dict.fromkeys(given.contestants))
    fixed = (given.repetitions, given.seconds, given.threads)
    plan = Plan(given.data.resolve(), contestants, *fixed, given.logs.resolve(), given.results)
    machine, started = Machine.here(plan.threads), time.perf_counter()
    measured = measure(plan, {name: command(plan, name) for name in plan.contestants})
    print(result(plan, machine, measured, time.perf_counter() - started).write(plan.results))


if __name__ == "__main__":
    main()
