"""The simulator's own template as a writer, with hard filters on top of the model's next-item scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.simulation import simulation_of
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Ranker, given_item
from tastemaker.evaluation.constraints import ConstraintFilter, constraints_of
from tastemaker.evaluation.context import history_of, known_items
from tastemaker.evaluation.truth import Truth
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Card, Evidence, Example, History, NextItems, Recommended
from tastemaker.tasks.request import asked, named, turns_of

Realise = Callable[[Evidence, Card], str]
"""Writes evidence and card as a sentence: `tastemaker.tasks.template.template_reason`."""

QUESTION = "What kind of thing are you in the mood for?"


@dataclass(frozen=True)
class TemplateReason:
    """Gives the reason for a given item by the template, from the evidence in the context."""

    realise: Realise

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [self._reply(example) for example in examples]

    def _reply(self, example: Example) -> WrittenReply:
        last = example.context[-1]
        found = last.evidence if isinstance(last, Recommended) and last.evidence else Evidence("")
        about = last.card if isinstance(last, Recommended) else Card("")
        return WrittenReply("", given_item(example), self.realise(found, about), about.text, found.text)


@dataclass(frozen=True)
class TemplateDialogue:
    """Asks while no wish is known; then recommends the item that the filters leave and the model's history ranks first.

    The filters are told the constraints as data, so they never misread a word: a hard baseline.
    """

    filter: ConstraintFilter
    next_item: Ranker
    truth: Truth
    split: Split
    realise: Realise

    def item_scores(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        histories = [
            replace(example, context=(History(history_of(example)),), target=NextItems((), (), ()))
            for example in examples
        ]
        wishes = [constraints_of(example) for example in examples]
        return self.filter.score(wishes, np.asarray(self.next_item.item_scores(histories), dtype=np.float64))

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        scores = self.item_scores(examples)
        for row, example in enumerate(examples):
            scores[row, known_items(example, self.truth.dataset, self.split)] = -np.inf
        best = scores.argmax(axis=1)
        return [self._reply(example, int(item)) for example, item in zip(examples, best, strict=True)]

    def _reply(self, example: Example, item: int) -> WrittenReply:
        turns, extractor = turns_of(example.context), self.truth.extractor
        if not (constraints_of(example) or asked(turns, extractor) or named(turns, extractor)):
            return WrittenReply(QUESTION, None, "")
        dataset = self.truth.dataset
        similar = simulation_of(dataset).similar(item, history_of(example))[:2]
        past = [(entry.item, entry.rating) for entry in similar]
        found = evidence(dataset.catalog, item, past, constraints_of(example), dataset.config.like_threshold)
        about = card(dataset.catalog, item)
        return WrittenReply("", item, self.realise(found, about), about.text, found.text)
