"""A peer among the contestants of `benchmarks.ranking`: trained as anywhere, its cost as a result tells it."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.peers.peers import PEERS
from benchmarks.result import ROOT

ANSWERS: Final = "answers.npz"
COST: Final = "cost.json"
KEPT: Final = (
    "hyperparameters",
    "epochs",
    "best_epoch",
    "training_seconds",
    "targets_per_epoch",
    "targets_per_second",
    "parameters",
    "versions",
)
"""Of `cost.json`, what goes into a result as it is."""


def train(name: str, data: Path, seed: int, out: Path, threads: int) -> None:
    """Train a peer as `benchmarks.peers.run` does, in a process that leaves no memory behind; what is done stays.

    Raises:
        SystemExit: it failed; the process has said why.
    """
    what = ["--data", str(data), "--peer", name, "--seed", str(seed), "--out", str(out), "--threads", str(threads)]
    if status := subprocess.run([sys.executable, "-m", "benchmarks.peers.run", *what], cwd=ROOT).returncode:
        raise SystemExit(f"{name}, seed {seed}: `benchmarks.peers.run {' '.join(what)}` failed with status {status}.")


def read_cost(out: Path) -> dict[str, Any]:
    """What a finished peer says of its training."""
    cost: dict[str, Any] = json.loads((out / COST).read_text(encoding="utf-8"))
    return cost


def cost_details(name: str, out: Path) -> dict[str, Any]:
    """What a reader of a result needs of it: `seconds_per_epoch` is the median, validation excluded."""
    cost = read_cost(out)
    library = PEERS[name].library
    kept = {key: cost[key] for key in KEPT}
    told = {"library": library, "seconds_per_epoch": round(median(cost["seconds_per_epoch"]), 3)}
    return told | kept | ({"search": cost["details"]} if cost["details"] else {})
