"""What is asked of whatever is judged, a trained model or a baseline: each offers the methods that it can answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, Label, Recommended, Reply, Score, Words


@runtime_checkable
class Ranker(Protocol):
    """Scores the catalog."""

    def item_scores(self, examples: Sequence[Example]) -> NDArray[Any]:
        """`[N, I]`, higher is better."""
        ...


@dataclass(frozen=True)
class Among:
    """A ranker of some items."""

    ranker: Ranker
    candidates: NDArray[np.bool_]
    """`[I]`"""

    def item_scores(self, examples: Sequence[Example]) -> NDArray[Any]:
        """`[N, I]`, -inf for what is no candidate."""
        return np.where(self.candidates, self.ranker.item_scores(examples), -np.inf)


@runtime_checkable
class Rater(Protocol):
    """Predicts ratings, or the probability of a like."""

    def values(self, examples: Sequence[Example]) -> Sequence[NDArray[Any]]:
        """For every example an array in the order of its items."""
        ...


@runtime_checkable
class Writer(Protocol):
    """Writes replies, and texts as replies that are a lead alone."""

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        """One reply for every example."""
        ...


@runtime_checkable
class LanguageModel(Protocol):
    """Tells how likely it finds what was to be written."""

    def reference_bits(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        """-log2 of the probability of every reference, `[N]`."""
        ...


@runtime_checkable
class Classifier(Protocol):
    """Says which classes hold."""

    def classes(self, examples: Sequence[Example]) -> NDArray[np.bool_]:
        """`[N, C]`, for examples of one label set of C classes."""
        ...


Answers = Ranker | Rater | Writer | Classifier


@dataclass(frozen=True)
class Contestant:
    """Somebody to be judged, and on what."""

    answers: Answers
    tasks: frozenset[str] | None = None
    """Names of the tasks that a model was trained on; None for all."""
    kinds: frozenset[str] | None = None
    """Kinds of example (see `kind_of`) that a baseline is meant for; None for all."""

    def takes(self, task: str, kind: str) -> bool:
        """Whether this contestant is judged on a task."""
        return (self.tasks is None or task in self.tasks) and (self.kinds is None or kind in self.kinds)


def kind_of(examples: Sequence[Example]) -> str:
    """What the examples of a task ask for, read from their targets alone.

    "items" to rank, a score's own kind ("rating", "like"), "class" where one of several holds and "classes" where any
    number may, "reason" where every context ends in the item that the
    reply is about, "reply" where the item, and whether to recommend one at all, is the writer's choice, and "turn"
    where that is a reply that a person gave, which may speak of any items, known ones among them; "text" where words
    alone are to be written, and "answer" where those answer a question.
    """
    target = examples[0].target
    if isinstance(target, Score):
        return target.kind
    if isinstance(target, Label):
        return "classes" if target.labels.is_multi else "class"
    if isinstance(target, Words):
        return "answer" if target.asks else "text"
    if isinstance(target, Reply):
        if all(given_item(it) is not None for it in examples):
            return "reason"
        return "turn" if target.may_repeat else "reply"
    return "items"


def given_item(example: Example) -> int | None:
    """The item that is written about, where it is given: only the reason, or a text about it, is left to write."""
    if isinstance(example.target, Words):
        return example.target.about
    last = example.context[-1] if example.context else None
    return last.item if isinstance(last, Recommended) and isinstance(example.target, Reply) else None
