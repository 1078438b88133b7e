"""Untrained baselines by name: each is made of the training part of a data set and judged like the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.answers import Answers, Contestant, Ranker
from tastemaker.evaluation.biases import bias_variants
from tastemaker.evaluation.cooccurrence import Cooccurrence
from tastemaker.evaluation.frequent_classes import fit_frequent_classes
from tastemaker.evaluation.given_answers import FrequentAnswer, Refusal
from tastemaker.evaluation.given_text import FrequentText, LeadSentence
from tastemaker.evaluation.implicit_factorisation import implicit_variants
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.majority import fit_majority
from tastemaker.evaluation.matrix_factorisation import factorisation_variants
from tastemaker.evaluation.mention_cooccurrence import MentionCooccurrence
from tastemaker.evaluation.neighbours import ContentNeighbours
from tastemaker.evaluation.popularity import ConstrainedPopularity, Popularity
from tastemaker.evaluation.rating_model import best_rating_model
from tastemaker.evaluation.selection import best_ranker
from tastemaker.evaluation.template import TemplateDialogue, TemplateReason
from tastemaker.evaluation.told_reasons import fit_most_frequent, fit_typical
from tastemaker.tasks.example import Task
from tastemaker.tasks.mentioned import mentions
from tastemaker.tasks.template import template_reason

WINDOWS = (1, 3, 5, 10, 20, 50)
"""How far apart two entries may stand to count as co-occurring; the best on validation is taken."""
PROFILES = (1, 2, 5, 20, 200)
"""Last items that make up a content profile; the best on validation is taken."""


@dataclass(frozen=True)
class Ingredients:
    """What baselines are made of."""

    judge: Judge
    model: Answers | None = None
    """The evaluated model, for the baseline that puts filters on top of its ranking."""
    content_vectors: NDArray[Any] | None = None
    """`[I, C]`."""
    tasks: Sequence[Task] = ()
    """Whose validation examples baselines are chosen on, beside those of the next item."""

    @property
    def dataset(self) -> Dataset:
        return self.judge.dataset


@dataclass(frozen=True)
class Baseline:
    """How a baseline is made, and for which kinds of example (see `answers.kind_of`)."""

    fit: Callable[[Ingredients], Answers | None]
    """None where the data set or the run lacks what it needs."""
    kinds: frozenset[str]


def _popularity(given: Ingredients) -> Answers:
    return Popularity(given.dataset.train_counts)


def _mention_popularity(given: Ingredients) -> Answers:
    return Popularity(mentions(given.dataset).targets)


def _mention_cooccurrence(given: Ingredients) -> Answers:
    return MentionCooccurrence.fit(mentions(given.dataset))


def _cooccurrence(last: int, given: Ingredients) -> Answers:
    variants = [partial(Cooccurrence.fit, given.dataset, last, window) for window in WINDOWS]
    return best_ranker(given.dataset, variants)


def _content_neighbours(given: Ingredients) -> Answers | None:
    if given.content_vectors is None:
        return None
    variants = [partial(ContentNeighbours.fit, given.dataset, given.content_vectors, last) for last in PROFILES]
    return best_ranker(given.dataset, variants)


def _implicit_factorisation(given: Ingredients) -> Answers:
    return best_ranker(given.dataset, implicit_variants(given.dataset))


def _biases(given: Ingredients) -> Answers | None:
    return best_rating_model(given.dataset, bias_variants(given.dataset))


def _matrix_factorisation(given: Ingredients) -> Answers | None:
    return best_rating_model(given.dataset, factorisation_variants(given.dataset))


def _majority(given: Ingredients) -> Answers:
    return fit_majority(given.dataset)


def _frequent_classes(given: Ingredients) -> Answers:
    return fit_frequent_classes(given.dataset, given.tasks)


def _constrained_popularity(given: Ingredients) -> Answers:
    return ConstrainedPopularity(given.judge.constraints, given.dataset.train_counts)


def _template_dialogue(given: Ingredients) -> Answers | None:
    if not isinstance(given.model, Ranker):
        return None
    return TemplateDialogue(given.judge.constraints, given.model, given.judge.truth, given.judge.split, template_reason)


def _template_reason(given: Ingredients) -> Answers:
    return TemplateReason(template_reason)


def _lead_sentence(given: Ingredients) -> Answers:
    return LeadSentence()


def _most_frequent_text(given: Ingredients) -> Answers:
    return FrequentText.fit(given.dataset, given.tasks)


def _most_frequent_reason(given: Ingredients) -> Answers | None:
    return fit_most_frequent(given.dataset, given.tasks)


def _typical_reason(given: Ingredients) -> Answers | None:
    return fit_typical(given.dataset, given.tasks)


def _refusal(given: Ingredients) -> Answers:
    return Refusal()


def _most_frequent_answer(given: Ingredients) -> Answers:
    return FrequentAnswer.fit(given.dataset, given.tasks)


BASELINES: dict[str, Baseline] = {
    "popularity": Baseline(_popularity, frozenset({"items", "reply"})),
    "mention_popularity": Baseline(_mention_popularity, frozenset({"turn"})),
    "mention_cooccurrence": Baseline(_mention_cooccurrence, frozenset({"turn"})),
    "cooccurrence_last_1": Baseline(partial(_cooccurrence, 1), frozenset({"items"})),
    "cooccurrence_last_2": Baseline(partial(_cooccurrence, 2), frozenset({"items"})),
    "content_neighbours": Baseline(_content_neighbours, frozenset({"items"})),
    "implicit_factorisation": Baseline(_implicit_factorisation, frozenset({"items"})),
    "bias_model": Baseline(_biases, frozenset({"rating", "like"})),
    "matrix_factorisation": Baseline(_matrix_factorisation, frozenset({"rating", "like"})),
    "majority_class": Baseline(_majority, frozenset({"like", "class"})),
    "frequent_classes": Baseline(_frequent_classes, frozenset({"classes"})),
    "popularity_given_constraints": Baseline(_constrained_popularity, frozenset({"reply"})),
    "template_with_filters": Baseline(_template_dialogue, frozenset({"reply"})),
    "template": Baseline(_template_reason, frozenset({"reason"})),
    "most_frequent_reason": Baseline(_most_frequent_reason, frozenset({"reason"})),
    "typical_reason": Baseline(_typical_reason, frozenset({"reason"})),
    "lead_sentence": Baseline(_lead_sentence, frozenset({"text"})),
    "most_frequent_text": Baseline(_most_frequent_text, frozenset({"text"})),
    "refusal": Baseline(_refusal, frozenset({"answer"})),
    "most_frequent_answer": Baseline(_most_frequent_answer, frozenset({"answer"})),
}


def fit_baselines(given: Ingredients, kinds: set[str]) -> dict[str, Contestant]:
    """Make every baseline that is meant for one of `kinds` and that the data allow."""
    made = {name: it.fit(given) for name, it in BASELINES.items() if it.kinds & kinds}
    return {name: Contestant(answers, kinds=BASELINES[name].kinds) for name, answers in made.items() if answers}
