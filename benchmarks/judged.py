"""Judges one seed: the joint run beside the same trunk trained on ranking alone, and beside every untrained baseline.

    python -m benchmarks.judged JOINT ALONE --out FOLDER

writes `FOLDER/evaluation.json`, as `tastemaker evaluate` gives it, and `FOLDER/units.npz`: of every contestant, task
and metric of `INTEREST` what each test unit adds, from which `benchmarks.pooled` draws intervals over several seeds.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import write_json
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli.recipe import Recipe, from_mapping
from tastemaker.cli.stages import evaluate
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Answers, Contestant, Ranker, kind_of
from tastemaker.evaluation.baselines import Ingredients, fit_baselines
from tastemaker.evaluation.context import target_items
from tastemaker.evaluation.figures import Figure, Figures, Material, measure
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.ranked import rank
from tastemaker.inference.predictor import Predictor
from tastemaker.model.content import content_vectors
from tastemaker.tasks.example import Example
from tastemaker.tasks.request import asked, turns_of

JOINT: Final = "joint"
ALONE: Final = "next_item_alone"

INTEREST: Final[Mapping[str, tuple[str, ...]]] = {
    "next_item": ("ndcg@10", "hr@10"),
    "rating": ("rmse",),
    "like": ("accuracy", "f1"),
    "dialogue": ("recall@10", "recall@10_filtered"),
    "explanation": ("grounding", "facts_per_reason"),
}
"""The figures that a claim is made on."""


def judge_seed(joint: Path, alone: Path, out: Path) -> None:
    """Evaluate, then keep the units of the figures of interest; both must agree."""
    report = evaluate(joint, against=alone, say=lambda line: print(line, flush=True))
    figures = figures_of_interest(joint, alone)
    check_agreement(report, figures, alone.name)
    out.mkdir(parents=True, exist_ok=True)
    beside = out / ".units.part.npz"
    np.savez_compressed(beside, **units(figures))  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag
    beside.replace(out / "units.npz")
    write_json(out / "evaluation.json", report)


def figures_of_interest(joint: Path, alone: Path) -> dict[str, dict[str, Figures]]:
    """`{contestant: {task: {metric: figure}}}` on the test split."""
    model = load_trained(joint)
    recipe = from_mapping(model.recipe, str(joint))
    dataset = Dataset.load(recipe.data)
    judge = Judge.of(dataset, Split.TEST, recipe.evaluation)
    tasks = {name: list(task.examples(dataset, Split.TEST)) for name, task in recipe.tasks.items()}
    tasks = {name: examples for name, examples in tasks.items() if examples}
    contestants = _contestants(Predictor(model), recipe, judge, {kind_of(examples) for examples in tasks.values()})
    other = load_trained(alone)
    contestants[ALONE] = Contestant(Predictor(other), frozenset(other.recipe["tasks"]))
    found: dict[str, dict[str, Figures]] = {}
    for name, contestant in contestants.items():
        for task, examples in tasks.items():
            if contestant.takes(task, kind_of(examples)) and (figures := _figures(judge, task, contestant, examples)):
                print(f"{task}: units of {name}", flush=True)
                found.setdefault(name, {})[task] = figures
    return found


def units(figures: Mapping[str, Mapping[str, Figures]]) -> dict[str, NDArray[Any]]:
    """Arrays by `contestant/task/metric`: the parts of each unit, the unit's user in the last column."""
    return {
        f"{name}/{task}/{metric}": np.column_stack([figure.tally.parts, figure.clusters])
        for name, by_task in figures.items()
        for task, by_metric in by_task.items()
        for metric, figure in by_metric.items()
        if figure.tally is not None
    }


def check_agreement(report: Mapping[str, Any], figures: Mapping[str, Mapping[str, Figures]], alone: str) -> None:
    """The units must add up to the figures of the evaluation.

    Raises:
        SystemExit: they do not.
    """
    told = {JOINT: report["tasks"], **report["baselines"]}
    told[ALONE] = told.get(alone, {})
    for name, by_task in figures.items():
        for task, by_metric in by_task.items():
            for metric, figure in by_metric.items():
                value = told[name][task][metric]
                if not np.isclose(value, figure.value, atol=1e-4):
                    raise SystemExit(
                        f"{name}, {task} {metric}: expected {value} as in the evaluation, found {figure.value}."
                    )


def _contestants(predictor: Predictor, recipe: Recipe, judge: Judge, kinds: set[str]) -> dict[str, Contestant]:
    catalog = judge.dataset.catalog
    vectors = content_vectors(catalog, recipe.model.content, Path(recipe.data.path), lambda line: None)
    return {JOINT: Contestant(predictor), **fit_baselines(Ingredients(judge, predictor, vectors), kinds)}


def _figures(judge: Judge, task: str, contestant: Contestant, examples: Sequence[Example]) -> Figures:
    names, kind = INTEREST.get(task, ()), kind_of(examples)
    if kind == "reply":
        return _slot_figures(judge, contestant.answers, examples, names)
    return {
        name: figure
        for name, figure in judge.verdict(contestant.answers, examples, kind, names).figures.items()
        if name in names
    }


def _slot_figures(judge: Judge, answers: Answers, examples: Sequence[Example], names: Sequence[str]) -> Figures:
    """Rankings at `<rec>`: by the model alone and, `_filtered`, with the words as filters; nothing is written."""
    if not isinstance(answers, Ranker):
        return {}
    due = [example for example in examples if target_items(example)]
    extractor = judge.truth.extractor

    def obey(batch: Sequence[Example], scores: NDArray[Any]) -> NDArray[np.float64]:
        return judge.constraints.score([asked(turns_of(it.context), extractor) for it in batch], scores)

    ranking = rank(answers, due, judge.config, judge.known(due), obey)
    found: dict[str, Figure] = {}
    for name in names:
        places = ranking.filtered if name.endswith("_filtered") else ranking.masked
        plain = name.removesuffix("_filtered")
        if places is not None:
            found[name] = measure([plain], {"places": Material(places, ranking.clusters)})[plain]
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Judge one seed of the joint training benchmark.")
    parser.add_argument("joint", type=Path)
    parser.add_argument("alone", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    judge_seed(given.joint, given.alone, given.out)
