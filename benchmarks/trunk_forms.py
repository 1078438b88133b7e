"""Which form of a pretrained trunk learns most in the same time? Few layers trained whole, or more of them with LoRA.

    python -m benchmarks.trunk_forms --recipe recipes/movies-smollm2.toml --minutes 20

Every form gets as many steps as fit into so many minutes of one processor, by the time of its own first steps, and the
learning rate falls to the end of them. What counts is the validation loss of every task at the end, in shares of its
trivial value, and the mean over tasks of their logarithms. Killed, the same command goes on where it stopped.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any, Final

from benchmarks.measured import cost_of
from benchmarks.result import RESULTS, ROOT, Machine, Result
from benchmarks.training_run import TrainingRun, changes_of

QUESTION: Final = "trunk_forms"
_GENTLY: Final = ("training.backbone_rate=0.1",)
"""Weights that were trained before move by a tenth of what new ones do."""
FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "30_lora": ("model.layers=30", "model.adaptation=lora"),
    "16_spaced_lora": ("model.layers=16", "model.layer_choice=spaced", "model.adaptation=lora"),
    "8_spaced_full": ("model.layers=8", "model.layer_choice=spaced", "model.adaptation=full", *_GENTLY),
    "8_first_lora": ("model.layers=8", "model.layer_choice=first", "model.adaptation=lora"),
    "8_ends_lora": ("model.layers=8", "model.layer_choice=ends", "model.adaptation=lora"),
    "12_ends_lora": ("model.layers=12", "model.layer_choice=ends", "model.adaptation=lora"),
    "16_ends_lora": ("model.layers=16", "model.layer_choice=ends", "model.adaptation=lora"),
    "24_ends_lora": ("model.layers=24", "model.layer_choice=ends", "model.adaptation=lora"),
    "8_first_full": ("model.layers=8", "model.layer_choice=first", "model.adaptation=full", *_GENTLY),
}
PROBED: Final = 6
"""Steps by whose time the length of a training is set; the first is left out."""


@dataclass(frozen=True)
class Plan:
    """What is trained how long, and where it goes."""

    recipe: Path
    data: Path
    minutes: float
    runs: Path
    results: Path = RESULTS
    overrides: tuple[str, ...] = ()

    def settings(self, form: str) -> tuple[str, ...]:
        """What is set beside the recipe."""
        return (*FORMS[form], *self.overrides)


def seconds_a_step(recipe: Path, changes: Sequence[str]) -> float:
    """Processor time of one step, the median of a few, on one thread."""
    import torch  # noqa: PLC0415 - the script that starts the trainings stays small

    from tastemaker.cli.recipe import read_recipe  # noqa: PLC0415
    from tastemaker.cli.stages import new_model  # noqa: PLC0415
    from tastemaker.data.dataset import Dataset  # noqa: PLC0415
    from tastemaker.tasks.withholding import training_view  # noqa: PLC0415
    from tastemaker.training.loop import Job, Trainer  # noqa: PLC0415
    from tastemaker.training.watch import Silent  # noqa: PLC0415

    torch.set_num_threads(1)
    read = read_recipe(recipe, changes)
    dataset = training_view(Dataset.load(read.data), read.tasks.values())
    model = new_model(read, dataset, lambda line: None)
    job = Job(dataset, read.tasks, model, read.training, read.balancing, Path("runs"))
    trainer, times = Trainer(job, Silent(), torch.device("cpu")), list[float]()
    for _ in range(PROBED):
        started = time.process_time()
        trainer._one_step()
        times.append(time.process_time() - started)
    return median(times[1:])


def steps_of(plan: Plan, form: str) -> int:
    """How many steps fit; asked once, in a process of its own."""
    place = plan.runs / f"{form}-{plan.minutes:g}.step.json"
    if not place.exists():
        changes = changes_of(plan.settings(form), plan.data, 1)
        command = [sys.executable, "-m", "benchmarks.trunk_forms", "--recipe", str(plan.recipe), "--probe"]
        command += [word for change in changes for word in ("--set", change)]
        said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(said.splitlines()[-1], encoding="utf-8")
    return max(1, int(60 * plan.minutes / float(place.read_text(encoding="utf-8"))))


def contest(plan: Plan, form: str) -> Path:
    """Train one form and write what it reached."""
    steps = steps_of(plan, form)
    settings = (*plan.settings(form), f"training.max_steps={steps}", f"training.validate_every={steps}")
    run = plan.runs / f"{form}-{plan.minutes:g}"
    recipe = plan.recipe.read_text(encoding="utf-8")
    TrainingRun(f"{form}, {steps} steps", recipe, changes_of(settings, plan.data, 1), run).train()
    cost = cost_of(run)
    result = Result.frame(QUESTION, plan.data, f"{form}-{plan.minutes:g}min", 0, "", Machine.here(1))
    return replace(
        result,
        split="validation",
        metrics=reached(run),
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        machine=cost.machine,
        recipe=" ".join([str(plan.recipe), *(f"--set {setting}" for setting in settings)]),
        details={"steps": steps, "minutes": plan.minutes},
    ).write(plan.results)


def reached(run: Path) -> dict[str, float]:
    """Validation losses at the end of a run, and the mean of their logarithms."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in (run / "losses.jsonl").read_text().splitlines()]
    losses = [line["losses"] for line in lines if line["split"] == "validation"][-1]
    return {**losses, "mean_log_loss": round(fmean(map(math.log, losses.values())), 4)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="Forms of a pretrained trunk after the same time.")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/movies-smollm2.toml"))
    parser.add_argument("--data", type=Path, default=Path("data/movies"))
    parser.add_argument("--minutes", type=float, default=20.0, help="of one processor, validation aside")
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS), metavar="FORM")
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--runs", type=Path, default=Path("runs/trunk_forms"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--probe", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.probe:
        print(seconds_a_step(given.recipe, given.set))
        return
    plan = Plan(
        given.recipe, given.data.resolve(), given.minutes, given.runs.resolve(), given.results, tuple(given.set)
    )
    for form in given.forms:
        print(contest(plan, form), flush=True)


if __name__ == "__main__":
    main()
