"""Does each part of the ranking recipe pay? One change at a time, three seeds, judged on validation alone.

    python -m benchmarks.ablations --data data/toys --seeds 0 1 2 --epochs 6

Trains `recipes/ranking.toml` and, with one change each, `VARIANTS`; what has no part in training is left out of the
default's runs instead. Every run is judged by NDCG@10 on all validation users. One JSON file per
(data, variant, seed), and one pooled over the seeds with the difference from the default, paired by user. Killed, the
same command goes on where it stopped.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.measured import cost_of, forget, last_command, run_measured
from benchmarks.pooled import Pool, difference, pool, read_units
from benchmarks.result import RESULTS, ROOT, Machine, Result, data_name
from benchmarks.training_run import TrainingRun, changes_of, state_of

QUESTION: Final = "ablations"
RECIPE: Final = "recipes/ranking.toml"
DEFAULT: Final = "default"
TASK: Final = "next_item"


@dataclass(frozen=True)
class Variant:
    """One change to the recipe."""

    told: str
    """What it changes, for the table."""
    changes: tuple[str, ...] = ()
    """`table.key=value` that are set beside the recipe."""
    without: tuple[str, ...] = ()
    """Terms that the default's runs are judged without; nothing is trained."""
    task: str = TASK
    """The task that is trained."""
    times: int = 1
    """How many times as long as the default it trains."""


VARIANTS: Final[Mapping[str, Variant]] = {
    DEFAULT: Variant("the recipe"),
    "no_graph": Variant("without the item graph", without=("graph",)),
    "no_trend": Variant("without the item trend", without=("trend",)),
    "no_likeness": Variant("without the item likeness", without=("likeness",)),
    "dropout_3": Variant("dropout .3 (.5)", ("model.dropout=0.3",)),
    "dropout_6": Variant("dropout .6 (.5)", ("model.dropout=0.6",)),
    "no_content": Variant("ids only (MiniLM content and ids)", ("model.content=none",)),
    "no_id_dropout": Variant("no id dropout (.1)", ("model.id_dropout=0.0",)),
    "pre_norm": Variant("pre-norm layers (the stream itself normalised)", ("model.backbone=pre_norm",)),
    "learned_positions": Variant("learned positions (rotary)", ("model.backbone=learned_positions",)),
    "gated_feed_forward": Variant("SwiGLU feed-forward (GELU)", ("model.backbone=gated_feed_forward",)),
    "gated_attention": Variant("gated attention (plain)", ("model.backbone=gated_attention",)),
    "whole_histories": Variant("histories left whole (half of them cut at random)", task="whole_histories"),
    "unit_items": Variant("item vectors of one learned length (free)"),
    "twice_as_long": Variant("twice as many epochs", times=2),
    "tfidf_content": Variant("TF-IDF content (MiniLM)", ("model.content=tfidf",)),
}


@dataclass(frozen=True)
class Plan:
    """What is to be run, and where it goes."""

    data: Path
    seeds: tuple[int, ...]
    runs: Path
    results: Path = RESULTS
    threads: int = 1
    epochs: int = 12
    """Of every variant, the default included, but for those that train longer."""
    overrides: tuple[str, ...] = ()
    """Further `table.key=value` for every variant."""

    def run(self, variant: str, seed: int) -> Path:
        """Folder of the training run that a variant is judged by."""
        name = DEFAULT if VARIANTS[variant].without else variant
        return self.runs / data_name(self.data) / f"{name}-{seed}"

    def judged(self, variant: str, seed: int) -> Path:
        """Folder of a variant's figures."""
        return self.runs / data_name(self.data) / f"judged-{variant}-{seed}"

    def settings(self, variant: str) -> tuple[str, ...]:
        """What is set beside the recipe, but for the seed."""
        change = VARIANTS[variant]
        return (f"training.epochs={self.epochs * change.times}", *self.overrides, *change.changes)


def ablate(plan: Plan, variant: str, seed: int) -> Path:
    """Train, where there is something to train, judge and write; what is done stays."""
    name, trained = f"{data_name(plan.data)}, {variant}, seed {seed}", DEFAULT if VARIANTS[variant].without else variant
    changes = changes_of((*plan.settings(trained), f"training.seed={seed}"), plan.data, plan.threads)
    run, program = plan.run(variant, seed), ("benchmarks.ablation_variants", trained)
    TrainingRun(f"{name}: training", recipe_of(trained), changes, run, plan.threads, program).train()
    out, command = plan.judged(variant, seed), _command(plan, variant, seed)
    if not (out / "figures.json").exists() or last_command(out) != command:
        forget(out)
        run_measured(f"{name}: judging", command, out, plan.threads)
    return write_result(plan, variant, seed)


def recipe_of(variant: str) -> str:
    """The recipe's text, its task that of the variant."""
    text = (ROOT / RECIPE).read_text(encoding="utf-8")
    return text.replace(f"[tasks.{TASK}]", f"[tasks.{VARIANTS[variant].task}]")


def write_result(plan: Plan, variant: str, seed: int) -> Path:
    """The file of one variant and seed."""
    figures = json.loads((plan.judged(variant, seed) / "figures.json").read_text(encoding="utf-8"))
    cost, state = cost_of(plan.run(variant, seed)), state_of(plan.run(variant, seed))
    return replace(
        _frame(plan, variant, seed),
        metrics={f"{TASK}/{name}": value for name, value in figures.items()},
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=cost.commit,
        machine=cost.machine,
        details=_told(variant) | {"steps": state["step"], "best_step": state["stopping"]["best_step"]},
    ).write(plan.results)


def write_pooled(plan: Plan, variant: str) -> Path:
    """A variant over all seeds, and its difference from the default."""
    ours, default = _pools(plan, variant), _pools(plan, DEFAULT)
    gaps = (
        {}
        if variant == DEFAULT
        else {DEFAULT: {f"{TASK}/{name}": difference(it, default[name]) for name, it in ours.items()}}
    )
    return replace(
        _frame(plan, variant, "pooled"),
        metrics={f"{TASK}/{name}": found.tally.value for name, found in ours.items()},
        seconds=sum(cost_of(plan.run(variant, seed)).seconds for seed in plan.seeds),
        intervals={f"{TASK}/{name}": found.interval for name, found in ours.items()},
        differences=gaps,
        details=_told(variant)
        | {
            "seeds": list(plan.seeds),
            "by_seed": {f"{TASK}/{name}": list(found.by_seed) for name, found in ours.items()},
        },
    ).write(plan.results)


def _pools(plan: Plan, variant: str) -> dict[str, Pool]:
    units = [read_units(plan.judged(variant, seed)) for seed in plan.seeds]
    return {key: pool(units, key) for key in units[0]}


def _command(plan: Plan, variant: str, seed: int) -> list[str]:
    """What judges a variant."""
    place = ["--data", str(plan.data), "--run", str(plan.run(variant, seed)), "--out", str(plan.judged(variant, seed))]
    left_out = ["--without", *VARIANTS[variant].without] if VARIANTS[variant].without else []
    return [sys.executable, "-m", "benchmarks.ablations_judged", "--variant", variant, *place, *left_out]


def _told(variant: str) -> dict[str, Any]:
    return {"change": VARIANTS[variant].told}


def _frame(plan: Plan, variant: str, seed: int | str) -> Result:
    """The frame of a result on validation."""
    change = VARIANTS[variant]
    seeded = () if isinstance(seed, str) else (f"training.seed={seed}",)
    recipe = " ".join([RECIPE, *(f"--set {it}" for it in (*plan.settings(variant), *seeded))])
    recipe += f", without {', '.join(change.without)}" if change.without else ""
    frame = Result.frame(QUESTION, plan.data, variant, seed, recipe, Machine.here(plan.threads))
    return replace(frame, split="validation")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description="The ranking recipe with one change at a time, on validation.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, metavar="VARIANT", help=", ".join(VARIANTS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=12, help="of every variant but those that train longer")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of a training")
    parser.add_argument("--runs", type=Path, default=Path("runs/ablations"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE", help="for every variant")
    given = parser.parse_args(arguments)
    data, runs = given.data.resolve(), given.runs.resolve()
    plan = Plan(data, tuple(given.seeds), runs, given.results, given.threads, given.epochs, tuple(given.set))
    for variant in dict.fromkeys((DEFAULT, *(given.variants or VARIANTS))):
        for seed in plan.seeds:
            print(ablate(plan, variant, seed), flush=True)
        print(write_pooled(plan, variant), flush=True)


if __name__ == "__main__":
    main()
