"""Dialogues as every reader gives them: how a text names an item, what a turn is, and the table of turns.

In a text an item is written as `[[item_id]]`. Two square brackets in a row mean nothing else there: a raw text that
holds them is repaired by `without_marks` before its own mentions are written.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from tastemaker.data.schema import DIALOGUE_COLUMNS, OPINIONS

MENTION_OPEN: Final = "[["
MENTION_CLOSE: Final = "]]"
MENTION: Final = re.compile(r"\[\[(?P<item_id>[^\[\]\n]+)\]\]")
"""A mention of an item in the text of a turn; an item id holds neither square bracket nor line break."""
_BRACKETS: Final = re.compile(r"\[{2,}|\]{2,}")


@dataclass(frozen=True)
class Turn:
    """What one speaker says before the other one does."""

    speaker: str
    """"user" is the seeker, "assistant" the recommender."""
    text: str
    """Items as `[[item_id]]`."""
    liked: tuple[str, ...] | None = None
    """Items mentioned here of which the seeker said that they liked them; None where nobody asked."""
    disliked: tuple[str, ...] | None = None
    unsaid: tuple[str, ...] | None = None
    """Items mentioned here of which they were asked and said neither."""
    split: str | None = None


@dataclass(frozen=True)
class Dialogue:
    """A whole conversation, the first turn first."""

    dialogue_id: str
    turns: tuple[Turn, ...]


def mention(item_id: str) -> str:
    """Write a mention.

    Raises:
        ValueError: the id is empty or holds a square bracket or line break.

    >>> mention("tt0109830")
    '[[tt0109830]]'
    """
    written = f"{MENTION_OPEN}{item_id}{MENTION_CLOSE}"
    if not MENTION.fullmatch(written):
        raise ValueError(f"item id {item_id!r}: expected text without square brackets and line breaks")
    return written


def split_mentions(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split a text at its mentions.

    Returns:
        The stretches of words before, between and behind the mentions, and the item ids: one stretch more than ids.

    >>> split_mentions("Try [[7]]!")
    (('Try ', '!'), ('7',))
    """
    parts = MENTION.split(text)
    return tuple(parts[::2]), tuple(parts[1::2])


def without_marks(raw: str) -> str:
    """Leave one of several square brackets in a row, so that nothing in a raw text is taken for a mention.

    >>> without_marks("see [[this]]")
    'see [this]'
    """
    return _BRACKETS.sub(lambda found: found[0][0], raw)


def merge_turns(messages: Iterable[Turn]) -> tuple[Turn, ...]:
    """Join consecutive messages of one speaker by a space, and what the seeker thinks of items in them, each once."""
    turns: list[Turn] = []
    for message in messages:
        if turns and turns[-1].speaker == message.speaker:
            turns[-1] = _joined(turns[-1], message)
        else:
            turns.append(message)
    return tuple(turns)


def dialogue_table(dialogues: Sequence[Dialogue]) -> pl.DataFrame:
    """The columns of `dialogues.parquet`; turns count from 0."""
    rows = [
        (dialogue.dialogue_id, place, turn.speaker, turn.text, *map(_listed, _opinions(turn)), turn.split)
        for dialogue in dialogues
        for place, turn in enumerate(dialogue.turns)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(DIALOGUE_COLUMNS), orient="row")


def mentioned_items(table: pl.DataFrame) -> frozenset[str]:
    """The ids of all items that a table of dialogues names, in its texts or in what the seekers think of."""
    mentions = table["text"].str.extract_all(MENTION.pattern).explode().drop_nulls()
    texts = mentions.str.slice(len(MENTION_OPEN)).str.head(-len(MENTION_CLOSE))
    said = (table[name].explode().drop_nulls() for name in OPINIONS)
    return frozenset(texts).union(*said)


def _joined(first: Turn, second: Turn) -> Turn:
    """One turn of two; the split is the later one's, as far as it has any."""
    return replace(
        first,
        text=f"{first.text} {second.text}",
        liked=_united(first.liked, second.liked),
        disliked=_united(first.disliked, second.disliked),
        unsaid=_united(first.unsaid, second.unsaid),
        split=second.split or first.split,
    )


def _united(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if first is None and second is None:
        return None
    return tuple(dict.fromkeys((*(first or ()), *(second or ()))))


def _opinions(turn: Turn) -> tuple[tuple[str, ...] | None, ...]:
    """In the order of `OPINIONS`."""
    return turn.liked, turn.disliked, turn.unsaid


def _listed(items: tuple[str, ...] | None) -> list[str] | None:
    return None if items is None else list(items)
