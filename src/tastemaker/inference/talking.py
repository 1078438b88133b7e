"""Writing a reply as people do: words and items in turn, until the model ends it.

As in the replies of real dialogues, an item is followed by its title alone, and may have come up before unless it is
left out; evidence belongs to `replying`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tastemaker.data.facts import Fact
from tastemaker.data.title_forms import printed_title
from tastemaker.inference.reading import Reader
from tastemaker.inference.slots import item_chances
from tastemaker.inference.writing import NO_REPEAT, write
from tastemaker.model import tokenizer as markers
from tastemaker.model.row import Position, Row
from tastemaker.tasks.example import Card, Recommended, Segment

MOST_SLOTS: Final = 5
"""Most items of a reply; of 19,300 that people gave in ReDial, six name more."""
MOST_TOKENS: Final = 64
"""Longest stretch of words."""


@dataclass
class Draft:
    """A reply that is being written."""

    context: tuple[Segment, ...]
    left_out: frozenset[int] = frozenset()
    """Rows that fill no slot."""
    wishes: tuple[Fact, ...] = ()
    """What has to be true of an item that fills a slot, as far as one is left."""
    positions: list[Position] = field(default_factory=list)
    """From what opens the reply on."""
    words: list[str] = field(default_factory=list)
    """Before, between and behind the items."""
    items: list[int] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    is_finished: bool = False


def talk(reader: Reader, drafts: Sequence[Draft]) -> None:
    """Write the reply of every draft, with at most `MOST_SLOTS` items, each once."""
    waiting = drafts
    for draft in drafts:
        draft.positions += reader.model.layout.opening(draft.context)
    most = min((len(reader.catalog) - len(draft.left_out) for draft in drafts), default=0)
    for _ in range(min(MOST_SLOTS, most)):
        waiting = _add_words(reader, waiting, (markers.REC, markers.END))
        _add_items(reader, waiting)
    _add_words(reader, waiting, (markers.END,))


def _add_words(reader: Reader, drafts: Sequence[Draft], stops: Sequence[int]) -> list[Draft]:
    """Go on with every draft up to one of `stops`; return those that open a slot."""
    rows = [_row(reader, draft) for draft in drafts]
    written = write(reader, rows, stops, MOST_TOKENS, NO_REPEAT)
    for draft, tokens in zip(drafts, written, strict=True):
        draft.words.append(reader.model.tokenizer.decode(tokens))
        draft.positions += map(Position, tokens)
        draft.is_finished = tokens[-1:] == [markers.END]
    return [draft for draft, tokens in zip(drafts, written, strict=True) if tokens[-1:] == [markers.REC]]


def _add_items(reader: Reader, drafts: Sequence[Draft]) -> None:
    """Fill the slots that drafts have come to by what is likeliest, but for what stands in the draft already."""
    scores = reader.scores([_row(reader, draft) for draft in drafts])
    for draft, row in zip(drafts, scores, strict=True):
        chances = item_chances(reader.catalog, row, draft.left_out.union(draft.items), draft.wishes)
        item = int(chances.argmax())
        slot = Recommended(item, Card(printed_title(reader.catalog[item])))
        draft.chances.append(float(chances[item]))
        draft.items.append(item)
        draft.positions += [*reader.model.layout.segment(slot)[1:], Position(markers.REASON)]


def _row(reader: Reader, draft: Draft) -> Row:
    layout = reader.model.layout
    context = layout.context(draft.context, len(draft.positions) + layout.room(MOST_TOKENS))
    return Row.of(context, draft.positions, wishes=layout.wishes(draft.context))
