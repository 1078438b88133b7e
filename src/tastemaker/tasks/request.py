"""A live request as a context: the one place that decides which segments an explanation or a dialogue consists of.

Training examples are built by these functions too, so that a model meets in use what it was trained on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tastemaker.data.dataset import Entry
from tastemaker.data.facts import Fact, FactExtractor
from tastemaker.tasks.cards import card as card_of
from tastemaker.tasks.example import Card, Earlier, Evidence, History, Recommended, Segment, Speaker, Text
from tastemaker.tasks.mentions import link

_EARLIER_REPLY: Final = 0
_EARLIER_WORDS: Final = 1
_LAST_WORDS: Final = 2
"""Priorities: what the user said last is cut last."""


@dataclass(frozen=True)
class Turn:
    """One turn of a dialogue so far."""

    speaker: Speaker
    text: str
    """What was said. Of a reply that recommended, only what stood before the item (`WrittenReply.lead`)."""
    item: int | None = None
    """Row of the item that the assistant recommended in this turn."""


def explanation_context(history: Sequence[Entry], item: int, card: Card, evidence: Evidence) -> tuple[Segment, ...]:
    """The user's past and the item to be explained; the reason is to follow.

    Args:
        history: entries before the item, oldest first, already cut to the task's `max_history`.
        item: row of the recommended item.
        card: its card.
        evidence: why it is recommended.
    """
    return (History(tuple(history)), Recommended(item, card, evidence, _LAST_WORDS))


def dialogue_context(history: Sequence[Entry], turns: Sequence[Turn], extractor: FactExtractor) -> tuple[Segment, ...]:
    """The user's past and all turns so far, the last one the user's; the assistant's reply is to follow.

    Titles in the user's words are followed by their items. An earlier recommendation shows its card, not its evidence.
    """
    segments: list[Segment] = [History(tuple(history))]
    for place, turn in enumerate(turns):
        if turn.speaker == "user":
            priority = _LAST_WORDS if place == len(turns) - 1 else _EARLIER_WORDS
            segments.extend(link(turn.text, extractor, "user", priority))
            continue
        segments.append(Text(turn.text, "assistant", _EARLIER_REPLY))
        if turn.item is not None:
            card = card_of(extractor.catalog, turn.item)
            segments.append(Recommended(turn.item, card, None, _EARLIER_REPLY))
    return tuple(segments)


def turns_of(context: Sequence[Segment]) -> tuple[Turn, ...]:
    """The turns that a dialogue's context was made of."""
    turns: list[Turn] = []
    for segment in context:
        if isinstance(segment, Text) and segment.speaker is not None:
            turns.append(Turn(segment.speaker, segment.text))
        elif isinstance(segment, Text) and turns:
            turns[-1] = replace(turns[-1], text=turns[-1].text + segment.text)
        elif isinstance(segment, Earlier):
            slots = (f"{slot.card.text} {words}" for slot, words in segment.reply.slots)
            turns.append(Turn("assistant", " ".join((segment.reply.lead, *slots)).strip()))
        elif isinstance(segment, Recommended) and turns:
            turns[-1] = replace(turns[-1], item=segment.item)
    return tuple(turns)


def asked(turns: Sequence[Turn], extractor: FactExtractor) -> tuple[Fact, ...]:
    """What the user asked for and refused, as facts in the order in which they were first said.

    A later refusal takes back an earlier wish and the other way round. Titles are no wishes; see `named`.
    """
    wishes: dict[Fact, None] = {}
    for turn in turns:
        if turn.speaker != "user":
            continue
        for fact in extractor.stated(turn.text):
            if fact[0].removeprefix("not ") != "title":
                wishes.pop(_opposite(fact), None)
                wishes.setdefault(fact)
    return tuple(wishes)


def named(turns: Sequence[Turn], extractor: FactExtractor) -> tuple[int, ...]:
    """Rows of the items that the user named in words, without those refused in the same breath, latest first.

    They may serve as past items of the evidence, unrated where the history does not hold them.
    """
    rows: dict[int, None] = {}
    for turn in reversed(turns):
        if turn.speaker == "user":
            for statement in extractor.statements(turn.text):
                if statement.row is not None and statement.fact[0] == "title":
                    rows.setdefault(statement.row)
    return tuple(rows)


def _opposite(fact: Fact) -> Fact:
    name, value = fact
    return (name.removeprefix("not "), value) if name.startswith("not ") else (f"not {name}", value)
