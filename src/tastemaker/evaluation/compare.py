"""What each task gained or lost by joint training: one model of several tasks beside models of some of them.

In: contestants on the same examples. Out: of every task that both sides have the relative change of its headline
metric with a paired 95 % interval over users, their mean (delta-m), how many tasks are better and worse beyond their
interval; and the same where little is known of the user or the item.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isnan
from statistics import fmean
from typing import Any, Final

import numpy as np

from tastemaker.errors import RecipeError
from tastemaker.evaluation.answers import Answers, Contestant, Ranker
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import target_items
from tastemaker.evaluation.evaluate import Question, plain, question_of
from tastemaker.evaluation.figures import Figure, Figures, check_names
from tastemaker.evaluation.judge import BITS, READS, RECOMMENDS, SPOKEN, WRITTEN, Judge
from tastemaker.evaluation.ranked import rank, ranking_figures
from tastemaker.evaluation.slices import SPARSE, metric_in, slice_figures, sliced, sparse_slices
from tastemaker.metrics import find_metric
from tastemaker.metrics.gains import Pair, difference_interval, gain, gain_interval, mean_gain
from tastemaker.tasks.example import Task

WHOLE: Final = "all"
"""The slice that is the whole."""
LIKELIHOOD: Final = "likelihood"
"""No slice, but every text once more: how likely each side finds the reference, whatever it writes itself."""
RECOMMENDING: Final = "recommending"
"""No slice, but replies once more: whether they name an item where one is due, and else do not."""
BETTER, WORSE, UNCLEAR, UNKNOWN = "better", "worse", "unclear", "not known"
"""What an interval says of joint training."""


@dataclass(frozen=True)
class Sides:
    """Who is compared, and by what."""

    joint: Answers
    tasks: Mapping[str, Task]
    """Those of the joint model."""
    singles: Mapping[str, Contestant]
    """The other models by name, each with the tasks that it was trained on."""
    metrics: Mapping[str, str] = field(default_factory=dict)
    """By task, in the place of its headline metric."""

    @property
    def alone(self) -> dict[str, str]:
        """The single of every task that both sides have, in the order of the joint model's tasks.

        Raises:
            RecipeError: a single shares no task, two have the same one, or a metric is of no shared task.
        """
        owners: dict[str, list[str]] = {}
        for name, single in self.singles.items():
            trained = single.tasks or frozenset()
            if not trained & self.tasks.keys():
                raise RecipeError(
                    f"{name}: expected a run trained on some of {', '.join(self.tasks)}, as the joint run is, found "
                    f"one trained on {', '.join(sorted(trained))}. Leave it out, or compare another."
                )
            for task in (it for it in self.tasks if it in trained):
                owners.setdefault(task, []).append(name)
        for task, names in owners.items():
            if len(names) > 1:
                raise RecipeError(f"{task}: expected one run to compare with, found {', '.join(names)}. Give one.")
        for task in sorted(self.metrics.keys() - owners.keys()):
            raise RecipeError(f"{task}: expected a task of both sides, one of {', '.join(sorted(owners))}.")
        return {task: owners[task][0] for task in self.tasks if task in owners}


@dataclass(frozen=True)
class Compared:
    """One metric of one task, of both sides."""

    metric: str
    joint: Figure
    alone: Figure

    @property
    def pair(self) -> Pair | None:
        """What intervals are drawn from; None where a figure is not made of units, or the units differ."""
        ours, theirs = self.joint.tally, self.alone.tally
        if ours is None or theirs is None or not np.array_equal(self.joint.clusters, self.alone.clusters):
            return None
        return Pair(ours, theirs, self.joint.clusters, find_metric(self.metric).is_lower_better)


ByTask = dict[str, Compared]


def compare_sides(sides: Sides, judge: Judge, say: Callable[[str], None] = lambda line: None) -> dict[str, ByTask]:
    """Measure both sides on every task that they share and that has examples, by slice, `WHOLE` first.

    Raises:
        RecipeError: see `Sides.alone`; or a metric that is asked for does not fit its task, or says nothing of it.
    """
    asked = {task: question_of(sides.tasks[task], judge) for task in sides.alone}
    questions = {task: question for task, question in asked.items() if question}
    metrics = {task: sides.metrics.get(task, question.headline[0]) for task, question in questions.items()}
    for task, question in questions.items():
        check_names(task, [metrics[task]], READS[question.kind])
    found: dict[str, ByTask] = {WHOLE: {}}
    for task, question in questions.items():
        both = (sides.joint, sides.singles[sides.alone[task]].answers)
        for name, compared in _by_slice(question, metrics[task], both, judge, say):
            found.setdefault(name, {})[task] = compared
        if task in sides.metrics and task not in found[WHOLE]:
            raise RecipeError(
                f"{task}: expected a metric that both sides have on its {len(question.examples)} examples, found "
                f"{metrics[task]}. Name another, such as {question.headline[0]}, or none."
            )
    return found


def report(found: Mapping[str, ByTask], sides: Sides, config: EvaluationConfig) -> dict[str, Any]:
    """What was found, as a plain mapping.

    Returns:
        `{"tasks": {task: {"single", "metric", "is_lower_better", "joint", "alone", "change", "low", "high",
        "difference": {"value", "low", "high"}, "users", "units", "verdict"}}, "delta_m": {"value", "low", "high"},
        "better": count, "worse": count, "slices": {slice: {"tasks", "delta_m", "better", "worse"}},
        "not_compared": [task]}`; changes are shares and differences are plain, above 0 where joint is better, and what
        is not known is None.
    """
    told = {name: _told(by_task, sides.alone, config) for name, by_task in found.items()}
    left = [task for task in sides.tasks if task not in found[WHOLE]]
    result: dict[str, Any] = plain(told.pop(WHOLE) | {"slices": told, "not_compared": left})
    return result


def verdict(told: Mapping[str, Any]) -> str:
    """What the interval of a task's plain difference says of zero: a share is not known where alone has nothing."""
    low, high = told["difference"]["low"], told["difference"]["high"]
    if low is None or high is None or isnan(low) or isnan(high):
        return UNKNOWN
    return BETTER if low > 0 else WORSE if high < 0 else UNCLEAR


def _by_slice(
    question: Question,
    metric: str,
    both: tuple[Answers, Answers],
    judge: Judge,
    say: Callable[[str], None],
) -> list[tuple[str, Compared]]:
    """The whole, what else is asked of words, then every slice; of these all in which both sides have a figure."""
    task = question.examples[0].task
    say(f"{task}: {metric}")
    found = [(WHOLE, metric, [_figures(it, question, metric, judge) for it in both])]
    of_words = {LIKELIHOOD: BITS} if question.kind in WRITTEN else {}
    of_words |= {RECOMMENDING: RECOMMENDS} if question.kind in SPOKEN else {}
    for name, told in of_words.items():
        if told != metric:
            say(f"{task}: {told}")
            found.append((name, told, [_figures(it, question, told, judge) for it in both]))
    slices = sparse_slices(question.kind, judge) if question.kind in SPARSE else {}
    for name, made in slices.items():
        if name != WHOLE:
            say(f"{task}: slice {name}")
            part, told = sliced(made, question.examples, judge), metric_in(name, question.kind, metric)
            found.append((name, told, [slice_figures(it, (told,), part, question.kind, judge) for it in both]))
    return [
        (name, Compared(told, ours[told], theirs[told]))
        for name, told, (ours, theirs) in found
        if told in ours and told in theirs
    ]


def _figures(answers: Answers, question: Question, metric: str, judge: Judge) -> Figures:
    """The metric on all examples; nothing is written to be ranked."""
    if find_metric(metric).reads not in ("places", "novel"):
        return judge.verdict(answers, question.examples, question.kind, (metric,)).figures
    if not isinstance(answers, Ranker):
        return {}
    asked = [example for example in question.examples if target_items(example)]
    return ranking_figures(rank(answers, asked, judge.config, judge.known(asked)), (metric,))


def _told(by_task: ByTask, alone: Mapping[str, str], config: EvaluationConfig) -> dict[str, Any]:
    tasks = {task: {"single": alone[task], **_change(compared, config)} for task, compared in by_task.items()}
    pairs = [pair for compared in by_task.values() if (pair := compared.pair)]
    has_interval = len(pairs) == len(tasks) > 0
    _, low, high = mean_gain(pairs, config.seed, config.draws) if has_interval else (None,) * 3
    mean = fmean(it["change"] for it in tasks.values()) if tasks else None
    return {
        "tasks": tasks,
        "delta_m": {"value": mean, "low": low, "high": high},
        "better": sum(it["verdict"] == BETTER for it in tasks.values()),
        "worse": sum(it["verdict"] == WORSE for it in tasks.values()),
    }


def _change(compared: Compared, config: EvaluationConfig) -> dict[str, Any]:
    pair, is_lower_better = compared.pair, find_metric(compared.metric).is_lower_better
    _, low, high = gain_interval(pair, config.seed, config.draws) if pair else (None,) * 3
    worst, best = difference_interval(pair, config.seed, config.draws) if pair else (None, None)
    values = np.array([compared.joint.value, compared.alone.value])
    gap = values[1] - values[0] if is_lower_better else values[0] - values[1]
    told = {
        "metric": compared.metric,
        "is_lower_better": is_lower_better,
        "joint": compared.joint.value,
        "alone": compared.alone.value,
        "change": float(gain(values[0], values[1], is_lower_better)),
        "low": low,
        "high": high,
        "difference": {"value": float(gap), "low": worst, "high": best},
        "users": len(np.unique(compared.joint.clusters)),
        "units": len(compared.joint.clusters),
    }
    return told | {"verdict": verdict(told)}
