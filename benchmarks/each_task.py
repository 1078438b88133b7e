"""What does a recipe's every task reach by itself, beside its baselines, and what do all of them reach together?

    python -m benchmarks.each_task recipes/instruments.toml --data data/instruments --seeds 0 1 2

For every seed: trains each task of the recipe alone, that is the recipe without the other tasks' tables, and the whole
recipe, and judges each run beside the untrained baselines as `tastemaker evaluate` does. One result each; killed, it
goes on where it stopped.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.each_task_table import TOGETHER
from benchmarks.measured import cost_of, forget, is_judged, run_measured
from benchmarks.result import RESULTS, Result
from benchmarks.training_run import TrainingRun, changes_of, state_of

QUESTION: Final = "each_task"
_OWN: Final = ("balancing.method=fixed", "training.precision=auto")
"""One task needs no balance, and its larger batches are read as fast in either precision or faster in mixed."""
_WORDS: Final = (
    *(*_OWN, "training.learning_rate=0.003", "model.vocabulary=3000", "model.id_dropout=0.9"),
    "model.words_teach_ids=true",
)
"""Nothing but words teaches items' own vectors where nothing but words is learnt."""
_WRITING: Final = (
    *_WORDS,
    "model.dropout=0.1",
    "training.token_budget=680",
    "training.epochs=4",
    "training.warmup_steps=300",
    "training.validate_every=300",
)
_READING: Final = (
    *_WORDS,
    "model.dropout=0.2",
    "tasks.sentiment.detach=false",
    "tasks.sentiment.teaches_read=true",
    "training.token_budget=2048",
    "training.epochs=3",
    "training.warmup_steps=100",
    "training.validate_every=100",
)
_RANKING: Final = (*_OWN, "training.token_budget=128", "training.epochs=45", "training.validate_every=100")
"""With the dropouts of the recipe; steps of 64, 256 or 2,048 positions rank worse."""
_JUDGING: Final = (
    *_OWN,
    "model.id_dropout=0.1",
    "model.vocabulary=4096",
    "training.token_budget=2048",
    "training.learning_rate=0.0005",
    "training.epochs=30",
    "training.warmup_steps=100",
    "training.validate_every=10",
)
_FILMS: Final = ("training.token_budget=2048", "training.epochs=20")
_SLOWLY: Final = ("training.learning_rate=0.0002", "training.warmup_steps=100", "model.history_dropout=0.4")
"""Some thousand opinions are learnt by heart within a few hundred steps."""
_FILM_WORDS: Final = ("model.words_teach_ids=true", "training.epochs=4", "training.validate_every=300")
_GENRES: Final = ("training.learning_rate=0.001", "model.dropout=0")
"""At .002, with steps of 1,024 as of 4,096 positions, genres alone are not learnt at all."""
_ANSWERS: Final = (
    *("model.words_teach_ids=true", "training.epochs=4", "training.token_budget=4096"),
    *("training.learning_rate=0.003", "training.warmup_steps=60", "training.validate_every=90"),
)
_NARROW: Final = ("training.token_budget=840", "training.validate_every=240")
_OFTEN: Final = "training.validate_every=72"
"""A quarter of the steps that its turns give a task of words beside others; these are as large as such a turn."""
ALONE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "instruments": {
        "next_item": _RANKING,
        **{task: (*_JUDGING, f"tasks.{task}.dropout=0", f"tasks.{task}.detach=false") for task in ("rating", "like")},
        "sentiment": _READING,
        "explanation": _WRITING,
        "summary": _WRITING,
    },
    "movies": {
        "next_item": ("training.token_budget=512", "training.epochs=20", "training.validate_every=200"),
        **dict.fromkeys(("rating", "like"), (*_FILMS, *_SLOWLY, "training.validate_every=25")),
        **dict.fromkeys(("explanation", "description"), _FILM_WORDS),
        "dialogue": (*_FILM_WORDS, "model.dropout=0"),
        "category": (*_FILM_WORDS, *_GENRES),
        "question_answering": _ANSWERS,
    },
    "movies-smollm2": {
        "next_item": (*_NARROW, "tasks.next_item.dropout=0"),
        **dict.fromkeys(("rating", "like"), _NARROW),
        "explanation": ("training.token_budget=100", _OFTEN),
        "dialogue": ("training.token_budget=500", _OFTEN),
        "category": ("training.token_budget=440", _OFTEN),
        "description": ("training.token_budget=200", _OFTEN),
        "question_answering": ("training.token_budget=84", _OFTEN),
    },
    "beauty-joint": {
        "next_item": ("training.token_budget=1024",),
        "category": ("training.token_budget=4096", "model.dropout=0.3", "training.validate_every=50"),
        "title": ("training.token_budget=4096", "model.dropout=0.2", "training.validate_every=50"),
    },
}
"""What a task changes in its recipe when it trains alone, by the recipe's name: a step holds nothing of others, and an
epoch is as long as the task."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    recipe: Path
    data: Path
    runs: Path
    results: Path = RESULTS
    threads: int = 1
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for every run."""
    full: bool = False
    """Whether all texts are judged and not the recipe's sample of them."""

    def place(self, model: str, seed: int) -> Path:
        """Folder of a run."""
        return self.runs / self.recipe.stem / f"{model}-{seed}"

    def settings(self, model: str, seed: int) -> list[str]:
        """What is set beside the recipe: a task alone reads no answer that a model of all must not read."""
        own = ALONE.get(self.recipe.stem, {}).get(model, ())
        hidden = () if model == TOGETHER else (withholding(self.recipe.read_text(encoding="utf-8")),)
        return [f"training.seed={seed}", *own, *hidden, *self.overrides]


def tasks_of(recipe: str) -> list[str]:
    """The tasks of a recipe's text, in its order."""
    return list(tomllib.loads(recipe)["tasks"])


def alone(recipe: str, task: str) -> str:
    """A recipe's text without the tables of all tasks but one."""
    tables = re.split(r"(?m)^(?=\[)", recipe)
    others = tuple(f"[tasks.{name}]" for name in tasks_of(recipe) if name != task)
    return "".join(table for table in tables if not table.startswith(others))


def withholding(recipe: str) -> str:
    """The setting by which a task alone reads no answer that a model of the whole recipe must not read."""
    return f"data.withhold_for={json.dumps(tasks_of(recipe))}"


def run(plan: Plan, model: str, seed: int) -> Path:
    """Train and judge one model, unless that was done before, and write its result."""
    whole = plan.recipe.read_text(encoding="utf-8")
    recipe, place = whole if model == TOGETHER else alone(whole, model), plan.place(model, seed)
    name = f"{plan.recipe.stem}, {model}, seed {seed}"
    changes = changes_of(plan.settings(model, seed), plan.data, plan.threads)
    TrainingRun(f"{name}: training", recipe, changes, place, plan.threads).train()
    report = place / "evaluation.json"
    judging = place.with_name(f"{place.name}-judged")
    command = [sys.executable, "-m", "tastemaker", "evaluate", str(place), *(["--full"] if plan.full else [])]
    if not is_judged(report, (place,), command, judging):
        forget(judging)
        run_measured(f"{name}: judging", command, judging, plan.threads)
    return write(plan, model, seed, json.loads(report.read_text(encoding="utf-8")))


def write(plan: Plan, model: str, seed: int, report: Mapping[str, Any]) -> Path:
    """Write the result of a run that was judged."""
    place = plan.place(model, seed)
    cost, state = cost_of(place), state_of(place)
    recipe = " ".join([f"recipes/{plan.recipe.name}", *(f"--set {it}" for it in plan.settings(model, seed))])
    if model != TOGETHER:
        recipe += f", {model} alone"
    frame = Result.frame(QUESTION, plan.data, model, seed, recipe, cost.machine)
    return replace(
        frame,
        metrics=_flat(report["tasks"]),
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        intervals=_flat(report["intervals"]),
        differences={name: _flat(by_task) for name, by_task in report["differences"].items()},
        baselines={name: _flat(by_task) for name, by_task in report["baselines"].items()},
        details={
            "sizes": report["sizes"],
            "simulated": report["simulated"],
            "steps": state["step"],
            "best_step": state["stopping"]["best_step"],
        },
    ).write(plan.results)


def _flat(by_task: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {f"{task}/{metric}": value for task, by_metric in by_task.items() for metric, value in by_metric.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="Every task of a recipe alone, and all of them, beside baselines.")
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--models", nargs="+", help=f"tasks, or {TOGETHER}; left out, all of them and {TOGETHER}")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a run")
    parser.add_argument("--runs", type=Path, default=Path("runs/each_task"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every run")
    parser.add_argument("--full", action="store_true", help="judge all texts instead of a sample")
    given = parser.parse_args(arguments)
    known = [*tasks_of(given.recipe.read_text(encoding="utf-8")), TOGETHER]
    models = given.models or known
    for model in models:
        if model not in known:
            parser.error(f"--models: expected some of {', '.join(known)}, found {model}.")
    places = [path.resolve() for path in (given.recipe, given.data, given.runs, given.results)]
    plan = Plan(*places, given.threads, tuple(given.set), given.full)
    for seed in given.seeds:
        for model in models:
            print(run(plan, model, seed), flush=True)


if __name__ == "__main__":
    main()
