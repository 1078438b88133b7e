"""What a peer is asked to do, and how it hands back the outcome: `answers.npz`, and `cost.json` last."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.judging import Answers, Scores, judge, ndcg, users_per_second
from benchmarks.peers.material import Material
from benchmarks.peers.selection import Selection
from benchmarks.result import peak_memory_mb, write_json


@dataclass(frozen=True)
class Job:
    """One training of one peer."""

    exchange: Path
    out: Path
    seed: int
    hyperparameters: Mapping[str, Any]
    epochs: int
    """At most."""
    patience: int
    threads: int

    @classmethod
    def from_arguments(cls, arguments: Sequence[str] | None = None) -> "Job":
        """Read the command line."""
        parser = argparse.ArgumentParser(description="Train and judge one recommender of another library.")
        parser.add_argument("--exchange", type=Path, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--hyperparameters", type=json.loads, required=True, help="a JSON object")
        parser.add_argument("--epochs", type=int, required=True)
        parser.add_argument("--patience", type=int, required=True)
        parser.add_argument("--threads", type=int, default=1)
        return cls(**vars(parser.parse_args(arguments)))

    def arguments(self) -> list[str]:
        """The command line that `from_arguments` reads."""
        given = asdict(self) | {"hyperparameters": json.dumps(self.hyperparameters)}
        return [word for name, value in given.items() for word in (f"--{name}", str(value))]


@dataclass(frozen=True)
class Trained:
    """A peer after its training, with the weights of its best epoch."""

    scores: Scores
    selection: Selection[Any]
    targets: int
    """Target positions that one epoch trains on; 0 where an epoch has none."""
    parameters: int
    """Trained numbers."""
    packages: Sequence[str]
    """Libraries whose versions are kept."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else a reader needs."""


def finish(job: Job, material: Material, trained: Trained) -> None:
    """Judge validation again and test once, and write both and the cost."""
    answers = {"validation": judge(trained.scores, material.validation), "test": judge(trained.scores, material.test)}
    validation = ndcg(answers["validation"].above, answers["validation"].equal)
    check_selection(validation, trained.selection)
    cost = cost_of(job, trained, users_per_second(trained.scores, material.test))
    write_answers(job.out / "answers.npz", material, answers)
    write_json(job.out / "cost.json", cost)


def check_selection(validation: float, selection: Selection[Any]) -> None:
    """The weights handed back must be those that were chosen.

    Raises:
        SystemExit: they validate differently.
    """
    if not np.isclose(validation, max(selection.curve), atol=1e-4):
        raise SystemExit(
            f"validation ndcg@10: expected {max(selection.curve):.5f} of epoch {selection.best_epoch}, found "
            f"{validation:.5f}. The weights of the best epoch were not restored."
        )


def cost_of(job: Job, trained: Trained, speed: float) -> dict[str, Any]:
    """What the training took, as kept in `cost.json`."""
    selection = trained.selection
    return {
        "seed": job.seed,
        "hyperparameters": dict(job.hyperparameters),
        "epochs": len(selection.curve),
        "best_epoch": selection.best_epoch,
        "validation_ndcg@10": selection.curve,
        "seconds_per_epoch": [round(seconds, 3) for seconds in selection.seconds],
        "training_seconds": round(sum(selection.seconds), 1),
        "targets_per_epoch": trained.targets,
        "targets_per_second": selection.targets_per_second(trained.targets) if trained.targets else None,
        "users_ranked_per_second": round(speed, 1),
        "parameters": trained.parameters,
        "peak_memory_mb": peak_memory_mb(),
        "threads": job.threads,
        "versions": {name: version(name) for name in trained.packages},
        "details": dict(trained.details),
    }


def write_answers(path: Path, material: Material, answers: Mapping[str, Answers]) -> None:
    """Write beside, then rename: the users of each part and where their targets stand."""
    arrays = {f"{part}/{name}": column for part, found in answers.items() for name, column in vars(found).items()}
    arrays |= {"validation/user": material.validation.users, "test/user": material.test.users}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(".answers.part.npz")
    np.savez_compressed(beside, **arrays)
    beside.replace(path)
