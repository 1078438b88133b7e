"""Filling `<rec>`: the best unseen item that meets the user's wishes, its card, and the evidence for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tastemaker.data.catalog import Catalog
from tastemaker.data.facts import Fact, alternatives, holds
from tastemaker.errors import RequestError
from tastemaker.inference.attribution import Question, contributions
from tastemaker.inference.evidence import attributed_evidence, may_speak_for
from tastemaker.inference.reading import Reader
from tastemaker.tasks.cards import card
from tastemaker.tasks.example import Earlier, History, Item, Recommended, Segment
from tastemaker.tasks.request import asked, named, turns_of


@dataclass(frozen=True)
class OpenSlot:
    """A reply that has come to `<rec>`."""

    context: tuple[Segment, ...]
    lead: tuple[int, ...]
    """Token ids written before `<rec>`."""
    seen: frozenset[int] = frozenset()
    """Rows that are not to be recommended, beside those that the context holds."""


@dataclass(frozen=True)
class FilledSlot:
    """What stands in the slot."""

    slot: Recommended
    chance: float
    """Probability of the item, among all that might be recommended."""


def fill_slots(reader: Reader, slots: Sequence[OpenSlot], *, obeys_words: bool) -> list[FilledSlot]:
    """Fill every slot; with `obeys_words`, facts recognised in the user's words filter the catalog."""
    scores = reader.scores([reader.slot_row(slot.context, slot.lead) for slot in slots]) if slots else ()
    wishes = [asked(turns_of(slot.context), reader.extractor) for slot in slots]
    chances = [
        item_chances(reader.catalog, row, seen_items(slot.context) | slot.seen, wish if obeys_words else ())
        for row, slot, wish in zip(scores, slots, wishes, strict=True)
    ]
    items = [int(row.argmax()) for row in chances]
    questions = [_question(reader, slot, item) for slot, item in zip(slots, items, strict=True)]
    answers = contributions(reader, questions)
    filled = []
    for question, item, weights, wish, row in zip(questions, items, answers, wishes, chances, strict=True):
        mentioned = named(turns_of(question.context), reader.extractor)
        carried = (question.entries, weights[0])
        grounds = attributed_evidence(reader.catalog, item, carried, mentioned, wish, reader.like_threshold)
        filled.append(FilledSlot(Recommended(item, card(reader.catalog, item), grounds), float(row[item])))
    return filled


def _question(reader: Reader, slot: OpenSlot, item: int) -> Question:
    """Which of the past entries that can be evidence for an item carried it into a slot."""
    whole = Question(slot.context, (item,), slot.lead)
    return replace(whole, about=may_speak_for(reader.catalog, item, whole.entries, reader.like_threshold))


def item_chances(catalog: Catalog, scores: Tensor, seen: Collection[int], wishes: Sequence[Fact]) -> Tensor:
    """Probabilities `[I]` from scores `[I]`: 0 for the rows `seen` and for those that miss a wish.

    A wish that no item left can meet is let go.

    Raises:
        RequestError: every item of the catalog is seen.
    """
    allowed = torch.ones(len(scores), dtype=torch.bool)
    allowed[list(seen)] = False
    if not allowed.any():
        raise RequestError(
            f"all {len(catalog)} items of the catalog are known to this user already: there is none left to recommend. "
            "Pass a shorter history."
        )
    for either in alternatives(wishes):
        meets = torch.tensor([any(holds(item, fact) for fact in either) for item in catalog])
        if (allowed & meets).any():
            allowed &= meets
    return scores.masked_fill(~allowed, float("-inf")).softmax(0)


def seen_items(context: Sequence[Segment]) -> set[int]:
    """Items that a context holds: past entries, items named, items recommended before."""
    items: set[int] = set()
    for segment in context:
        match segment:
            case History(entries):
                items.update(entry.item for entry in entries)
            case Item(item) | Recommended(item):
                items.add(item)
            case Earlier(reply):
                items.update(reply.items)
    return items
