"""Judges a model on every task beside baselines, on the same examples, and gathers all figures in one plain mapping."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Answers, Contestant, kind_of
from tastemaker.evaluation.baselines import Ingredients, fit_baselines
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import clusters_of
from tastemaker.evaluation.figures import check_names, differences, intervals
from tastemaker.evaluation.judge import READS, Judge, Verdict, standard_metrics
from tastemaker.evaluation.samples import samples_of
from tastemaker.evaluation.slices import NAMES, slice_figures, sliced, slices_of
from tastemaker.tasks.example import Example, Reply, Task, Words

MODEL = "model"
"""Name of the evaluated model among the contestants of a slice."""


@dataclass(frozen=True)
class Beside:
    """What stands beside the evaluated model."""

    run: str = ""
    """Name of the run, as the result gives it."""
    against: Mapping[str, Contestant] = field(default_factory=dict)
    """Other trained models by name, each with the tasks that it was trained on."""
    content_vectors: NDArray[Any] | None = None
    """`[I, C]`, for the content-only baseline; left out, there is none."""
    say: Callable[[str], None] = lambda line: None
    """Told what is measured next."""


@dataclass(frozen=True)
class Question:
    """A task's examples, what they ask for, and the metrics that judge the answers, the task's own first."""

    kind: str
    examples: list[Example]
    names: tuple[str, ...]
    headline: tuple[str, ...]
    is_simulated: bool
    """Whether the true answers are texts that no one wrote; a task whose texts are real says `is_simulated = False`."""


def evaluate(
    predictor: Answers,
    dataset: Dataset,
    tasks: Mapping[str, Task],
    config: EvaluationConfig,
    split: Split = Split.TEST,
    beside: Beside | None = None,
) -> dict[str, Any]:
    """Judge a model on the examples of a split.

    Returns:
        `{"run", "split", "against": [name], "tasks": {task: {metric: value}},
        "baselines": {name: {task: {metric: value}}}, "slices": {slice: {name: {task: {metric: value}}}},
        "intervals": {task: {metric: [low, high]}},
        "differences": {name: {task: {metric: {"value", "low", "high"}}}}, "sizes": {task: {what: count}},
        "simulated": [task], "samples": [...]}`; a figure that is not known is None.
    """
    beside = beside or Beside()
    judge = Judge.of(dataset, split, config)
    questions = {name: question for name, task in tasks.items() if (question := question_of(task, judge))}
    ingredients = Ingredients(judge, predictor, beside.content_vectors, list(tasks.values()))
    others = fit_baselines(ingredients, {question.kind for question in questions.values()})
    contestants = {MODEL: Contestant(predictor), **others, **beside.against}
    verdicts = {name: _verdicts(judge, name, it, questions, beside.say) for name, it in contestants.items()}
    sliced = {name: it for name, it in contestants.items() if name in (MODEL, "popularity", *beside.against)}
    ours = verdicts.pop(MODEL)
    result = {
        "run": beside.run,
        "split": str(split),
        "against": list(beside.against),
        "tasks": _values(ours),
        "baselines": {name: _values(found) for name, found in verdicts.items()},
        "slices": _slices(judge, questions, sliced, beside.say) if config.slices else {},
        "intervals": {task: intervals(verdict.figures, config) for task, verdict in ours.items()},
        "differences": {name: _differences(ours, found, questions, config) for name, found in verdicts.items()},
        "sizes": {task: _sizes(question, judge) for task, question in questions.items()},
        "simulated": [task for task, question in questions.items() if question.is_simulated],
        "samples": _samples(ours, questions, judge),
    }
    told: dict[str, Any] = plain(result)
    return told


def question_of(task: Task, judge: Judge) -> Question | None:
    """The examples of a task; None where the split has none."""
    examples = list(task.examples(judge.dataset, judge.split))
    if not examples:
        return None
    kind = kind_of(examples)
    check_names(task.name, task.metrics, READS[kind])
    names = tuple(dict.fromkeys((*task.metrics, *standard_metrics(kind, judge.config))))
    is_told = any(isinstance(example.target, Reply) and example.target.is_told for example in examples)
    is_simulated = kind in ("reply", "reason", "answer") and not is_told and getattr(task, "is_simulated", True)
    return Question(kind, examples, names, task.metrics, is_simulated)


def _verdicts(
    judge: Judge, name: str, contestant: Contestant, questions: Mapping[str, Question], say: Callable[[str], None]
) -> dict[str, Verdict]:
    """What a contestant reaches on the tasks that it takes."""
    found: dict[str, Verdict] = {}
    for task, question in questions.items():
        if contestant.takes(task, question.kind):
            say(f"{task}: {name}")
            verdict = judge.verdict(contestant.answers, question.examples, question.kind, question.names)
            found |= {task: verdict} if verdict.figures else {}
    return found


def _slices(
    judge: Judge, questions: Mapping[str, Question], contestants: Mapping[str, Contestant], say: Callable[[str], None]
) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    found: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for task, question in questions.items():
        if question.kind not in NAMES:
            continue
        taking = {name: it for name, it in contestants.items() if it.takes(task, question.kind)}
        for name, made in slices_of(question.kind, judge).items():
            say(f"{task}: slice {name}")
            part = sliced(made, question.examples, judge)
            for contestant, it in taking.items():
                figures = slice_figures(it.answers, NAMES[question.kind], part, question.kind, judge)
                if figures:
                    values = {metric: figure.value for metric, figure in figures.items()}
                    found.setdefault(name, {}).setdefault(contestant, {})[task] = values
    return found


def _differences(
    ours: Mapping[str, Verdict],
    theirs: Mapping[str, Verdict],
    questions: Mapping[str, Question],
    config: EvaluationConfig,
) -> dict[str, dict[str, dict[str, float]]]:
    """Of the metrics that each task names."""
    return {
        task: differences(ours[task].figures, verdict.figures, questions[task].headline, config)
        for task, verdict in theirs.items()
        if task in ours
    }


def _sizes(question: Question, judge: Judge) -> dict[str, int]:
    is_written = isinstance(question.examples[0].target, Reply | Words)
    written = {"texts": len(judge.text_sample(question.examples))} if is_written else {}
    return {
        "examples": len(question.examples),
        "users": len(set(clusters_of(question.examples).tolist())),
        "targets": sum(len(getattr(example.target, "items", ())) or 1 for example in question.examples),
    } | written


def _samples(verdicts: Mapping[str, Verdict], questions: Mapping[str, Question], judge: Judge) -> list[dict[str, Any]]:
    return [
        sample
        for task, verdict in verdicts.items()
        if verdict.replies
        for sample in samples_of(task, judge.text_sample(questions[task].examples), verdict.replies, judge.dataset)
    ]


def _values(verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, float]]:
    return {
        task: {name: figure.value for name, figure in verdict.figures.items()} for task, verdict in verdicts.items()
    }


def plain(value: Any) -> Any:
    """The same with None for every number that is not finite, so that it can be written as JSON."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
