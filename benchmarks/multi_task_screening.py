"""Which balancer, how much sharing, which mixture? Short trainings of a recipe, one factor at a time, by validation.

    python -m benchmarks.multi_task_screening recipes/instruments.toml --data data/instruments --factor balancer \
        --steps 400
    python -m benchmarks.multi_task_screening recipes/instruments.toml --data data/instruments --factor sharing \
        --steps 400 --set balancing.method=famo

Every setting of a factor trains for as many steps as all others, and is judged at its best validation: each task's
loss in shares of what it was before training, and the mean of their logarithms, which is what counts. What earlier
factors found is given by `--set`. One result for each setting and seed; killed, the same command goes on, and a setting
that cannot be trained is told and passed over. Test is never looked at.
"""

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from benchmarks.measured import cost_of
from benchmarks.multi_task_settings import FACTORS
from benchmarks.result import RESULTS, Result, data_name
from benchmarks.training_run import TrainingRun, changes_of, state_of

QUESTION: Final = "multi_task_screening"
MEAN_LOG: Final = "mean_log"
VALIDATIONS: Final = 6
"""Of one training, behind that before its first step."""
ENDLESS: Final = 1_000_000_000
LEAST: Final = 1e-4
"""The least loss, so that each has a logarithm."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    recipe: Path
    data: Path
    runs: Path
    factor: str
    steps: int
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """`table.key=value` for every setting: what earlier factors found."""

    def place(self, name: str, seed: int) -> Path:
        """Folder of a run."""
        return self.runs / data_name(self.data) / f"{self.model(name)}-{seed}"

    def model(self, name: str) -> str:
        """What a setting is called among the results."""
        return f"{self.factor}_{name}"

    def settings(self, name: str, seed: int) -> tuple[str, ...]:
        """What is set beside the recipe and changes the result; a setting has the last word."""
        length = (f"training.max_steps={self.steps}", f"training.epochs={ENDLESS}", f"training.patience={ENDLESS}")
        often = f"training.validate_every={max(1, math.ceil(self.steps / VALIDATIONS))}"
        return (f"training.seed={seed}", *length, often, *self.overrides, *FACTORS[self.factor][name])


def screen(plan: Plan, name: str, seed: int) -> Path:
    """Train one setting, unless that was done before, and write its result.

    Raises:
        SystemExit: it cannot be trained.
    """
    recipe, place = plan.recipe.read_text(encoding="utf-8"), plan.place(name, seed)
    changes = changes_of(plan.settings(name, seed), plan.data, plan.threads)
    TrainingRun(f"{plan.recipe.stem}, {plan.model(name)}, seed {seed}", recipe, changes, place, plan.threads).train()
    return write(plan, name, seed)


def write(plan: Plan, name: str, seed: int) -> Path:
    """The file of one setting and seed."""
    place, settings = plan.place(name, seed), plan.settings(name, seed)
    cost, state = cost_of(place), state_of(place)
    lines = (place / "losses.jsonl").read_text(encoding="utf-8").splitlines()
    found = judged([json.loads(line) for line in lines])
    frame = Result.frame(
        QUESTION,
        plan.data,
        plan.model(name),
        seed,
        " ".join([f"recipes/{plan.recipe.name}", *(f"--set {it}" for it in settings)]),
        cost.machine,
    )
    return replace(
        frame,
        split="validation",
        metrics=found["metrics"],
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        details={
            "factor": plan.factor,
            "setting": name,
            "plain": next(iter(FACTORS[plan.factor])),
            "steps": state["step"],
            "training_seconds": seconds_of(place),
            **found["details"],
        },
    ).write(plan.results)


def judged(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the log of a run comes to.

    Returns:
        `{"metrics": {"mean_log", task: …}, "details": {…}}`: at the best validation the mean over tasks of ln(loss /
        loss before training), and each task's quotient.
    """
    before, *after = [it for it in records if it["split"] == "validation"]
    ratios = [{task: _ratio(loss, before["losses"][task]) for task, loss in it["losses"].items()} for it in after]
    scores = [fmean(math.log(ratio) for ratio in of_all.values()) for of_all in ratios]
    best = min(range(len(scores)), key=scores.__getitem__)
    measured = {name: after[best][name] for name in ("ndcg@10", "f1") if name in after[best]}
    return {
        "metrics": {MEAN_LOG: scores[best], **ratios[best]},
        "details": {
            "best_step": after[best]["step"],
            "by_validation": [round(score, 5) for score in scores],
            "at_best": measured,
            "losses_before": before["losses"],
        },
    }


def _ratio(loss: float, before: float) -> float:
    return max(loss, LEAST) / max(before, LEAST)


def seconds_of(place: Path) -> float | None:
    """Seconds of steps and validations, as a run keeps them; None of a run that does not."""
    path = place / "seconds.json"
    return float(json.loads(path.read_text(encoding="utf-8"))["seconds"]) if path.exists() else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="Short trainings of a recipe, one factor at a time, by validation.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--factor", choices=FACTORS, required=True)
    parser.add_argument("--settings", nargs="+", metavar="SETTING", help="left out, all of the factor")
    parser.add_argument("--steps", type=int, required=True, help="of every training")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a training")
    parser.add_argument("--runs", type=Path, default=Path("runs/multi_task_screening"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every setting")
    given = parser.parse_args(arguments)
    known = FACTORS[given.factor]
    for name in given.settings or ():
        if name not in known:
            parser.error(f"--settings: expected some of {', '.join(known)}, found {name}.")
    places = [path.resolve() for path in (given.recipe, given.data, given.runs)]
    plan = Plan(*places, given.factor, given.steps, given.results, given.threads, tuple(given.set))
    failed = [
        problem for seed in given.seeds for name in given.settings or known if (problem := _try(plan, name, seed))
    ]
    if failed:
        raise SystemExit("\n".join(["Could not be trained:", *failed]))


def _try(plan: Plan, name: str, seed: int) -> str:
    """Screen a setting; what went wrong, if it did."""
    try:
        print(screen(plan, name, seed), flush=True)
    except SystemExit as error:
        print(error, flush=True)
        return str(error)
    return ""


if __name__ == "__main__":
    main()
