"""Trains one recipe as a process of its own: a finished run of the same command stays, a killed one goes on."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import forget, last_command, run_measured

EVALUATION: Final = "evaluation."
"""How settings begin that say how a run is judged, and change nothing of its training."""


@dataclass(frozen=True)
class TrainingRun:
    """What is trained, and where."""

    name: str
    """As it is called on the terminal."""
    recipe: str
    """The text of the recipe, read once, so that an edit meanwhile cannot make seeds differ."""
    changes: tuple[str, ...]
    """`table.key=value` that are set beside the recipe."""
    run: Path
    threads: int = 1
    program: tuple[str, ...] = ("tastemaker",)
    """Module that trains, and what stands before its `train`."""

    def train(self) -> None:
        """Train to the end."""
        recipe = keep_recipe(self.run, self.recipe)
        command = [sys.executable, "-m", *self.program, "train", str(recipe), "--out", str(self.run), "--resume"]
        command += [word for change in self.changes for word in ("--set", change)]
        if is_finished(self.run) and last_command(self.run) == command:
            print(f"{self.name}: finished before", flush=True)
            return
        if not state_of(self.run):
            forget(self.run)
        run_measured(self.name, command, self.run, self.threads)


def keep_recipe(run: Path, recipe: str) -> Path:
    """The recipe as it stood when the run began.

    Raises:
        SystemExit: the run was begun with another recipe.
    """
    kept = run.with_name(f"{run.name}.toml")
    if not state_of(run):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(recipe, encoding="utf-8")
    elif kept.read_text(encoding="utf-8") != recipe:
        raise SystemExit(
            f"{run}: expected a run of the recipe as it stands, found one that began with {kept}. "
            "Move that run away, or give another --runs."
        )
    return kept


def is_finished(run: Path) -> bool:
    """As `tastemaker.checkpoint.spent.is_finished`, which takes PyTorch to ask."""
    state = state_of(run)
    is_fitted = not state.get("fits_labels") or state_of(run, "best").get("labels_are_fitted")
    return bool(state.get("is_finished") and is_fitted)


def state_of(run: Path, which: str = "last") -> dict[str, Any]:
    """What the last checkpoint, or the best one, says of training; empty where there is none."""
    pointer = run / f"{which}.json"
    if not pointer.exists():
        return {}
    name = json.loads(pointer.read_text(encoding="utf-8"))["checkpoint"]
    state: dict[str, Any] = json.loads((run / "checkpoints" / name / "training.json").read_text(encoding="utf-8"))
    return state


def changes_of(settings: Sequence[str], data: Path, threads: int) -> tuple[str, ...]:
    """What is set beside a recipe: what changes the result, then where and on what it runs."""
    return (*settings, f"training.threads={threads}", f'data.path="{data}"')


def evaluated_by(settings: Sequence[str]) -> list[str]:
    """What of them says how runs are judged, for the command line of `benchmarks.compared`."""
    return [word for it in settings if it.startswith(EVALUATION) for word in ("--set", it)]
