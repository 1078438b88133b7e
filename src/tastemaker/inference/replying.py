"""Writing a reply: the words before a slot, the item that fills it, and the reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tastemaker.data.title_forms import printed_title
from tastemaker.inference.reading import Reader
from tastemaker.inference.slots import OpenSlot, fill_slots, seen_items
from tastemaker.inference.talking import Draft, talk
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.row import Position, Row
from tastemaker.tasks.example import Recommended, Segment
from tastemaker.tasks.request import asked, turns_of

MOST_TOKENS = 64
"""Longest lead and longest reason."""

Context = tuple[Segment, ...]


@dataclass(frozen=True)
class WrittenReply:
    """A reply as the model wrote it."""

    lead: str
    item: int | None
    """Row of the recommended item; None where the model asked or talked instead of recommending."""
    reason: str
    card: str = ""
    evidence: str = ""
    chance: float = 0.0
    """Probability of the item, among all that might be recommended."""
    is_finished: bool = True
    """Whether the reason came to an end of its own."""
    more: tuple[tuple[int, str], ...] = ()
    """Rows of the items of further slots, each with the words behind it."""

    @property
    def text(self) -> str:
        """All its words, those of one slot a line."""
        return "\n".join((self.lead, self.reason, *(words for _, words in self.more)))


def write_replies(
    reader: Reader, contexts: Sequence[Context], *, obeys_words: bool = True, seen: Collection[int] = ()
) -> list[WrittenReply]:
    """Write a reply to every context. Where a context ends in a recommended item, only its reason is left to write.

    Args:
        reader: the model.
        contexts: what the replies answer.
        obeys_words: whether facts in the user's words filter what is recommended.
        seen: rows not to be recommended, beside those that a context holds.
    """
    replies: dict[int, WrittenReply] = {}
    is_given = [isinstance(context[-1], Recommended) for context in contexts]
    given = [index for index, known in enumerate(is_given) if known]
    replies |= dict(zip(given, write_reasons(reader, [contexts[index] for index in given]), strict=True))
    asked_for = [index for index, known in enumerate(is_given) if not known]
    written = _write_turns(reader, [contexts[index] for index in asked_for], obeys_words, frozenset(seen))
    replies |= dict(zip(asked_for, written, strict=True))
    return [replies[index] for index in range(len(contexts))]


def write_turns(reader: Reader, contexts: Sequence[Context]) -> list[WrittenReply]:
    """Write a reply to every context as people do, who speak of any number of items, known ones among them."""
    drafts = [Draft(context) for context in contexts]
    talk(reader, drafts)
    return [_turn(reader, draft) for draft in drafts]


def answer_turn(reader: Reader, context: Context, seen: Collection[int]) -> WrittenReply:
    """Reply as `write_turns` does, but recommend what meets the user's words and has not come up before.

    Args:
        reader: the model.
        context: what the reply answers.
        seen: rows not to be recommended, beside those that the context holds.
    """
    wishes = asked(turns_of(context), reader.extractor)
    draft = Draft(context, frozenset(seen) | seen_items(context), wishes)
    talk(reader, [draft])
    return _turn(reader, draft)


def _turn(reader: Reader, draft: Draft) -> WrittenReply:
    lead, *behind = draft.words
    if not draft.items:
        return WrittenReply(lead, None, "", is_finished=draft.is_finished)
    reason, *others = behind
    return WrittenReply(
        lead=lead,
        item=draft.items[0],
        reason=reason,
        card=printed_title(reader.catalog[draft.items[0]]),
        chance=draft.chances[0],
        is_finished=draft.is_finished,
        more=tuple(zip(draft.items[1:], others, strict=True)),
    )


def write_reasons(reader: Reader, contexts: Sequence[Context]) -> list[WrittenReply]:
    """Write the reason for the item that ends every context."""
    layout = reader.model.layout
    prompts = [Row.of(layout.context(c, layout.room(MOST_TOKENS)), (Position(markers.REASON),)) for c in contexts]
    written = _reasons(reader, prompts)
    return [_reply(reader, "", context[-1], tokens) for context, tokens in zip(contexts, written, strict=True)]


def _write_turns(
    reader: Reader, contexts: Sequence[Context], obeys_words: bool, seen: frozenset[int]
) -> list[WrittenReply]:
    """Write the assistant's next turn: a lead, and where it opens a slot, the item and the reason."""
    leads = _leads(reader, contexts)
    open_slots = [OpenSlot(c, lead, seen) for c, (lead, has_slot) in zip(contexts, leads, strict=True) if has_slot]
    filled = fill_slots(reader, open_slots, obeys_words=obeys_words)
    prompts = [_reason_row(reader, slot, found.slot) for slot, found in zip(open_slots, filled, strict=True)]
    finished = iter(zip(filled, _reasons(reader, prompts), strict=True))
    replies = []
    for lead, has_slot in leads:
        words = reader.model.tokenizer.decode(lead)
        if has_slot:
            found, tokens = next(finished)
            replies.append(replace(_reply(reader, words, found.slot, tokens), chance=found.chance))
        else:
            replies.append(WrittenReply(words, None, ""))
    return replies


def _leads(reader: Reader, contexts: Sequence[Context]) -> list[tuple[tuple[int, ...], bool]]:
    """The tokens that open each reply, and whether a slot follows.

    Words that come to no end are babble, as after a message like none in training: the slot then opens without words.
    """
    layout = reader.model.layout
    prompts = [Row.of(layout.context(c, layout.room(2 * MOST_TOKENS)), layout.opening(c)) for c in contexts]
    ends = (markers.REC, markers.END)
    written = write(reader, prompts, ends, MOST_TOKENS)
    return [
        (tuple(tokens[:-1]), tokens[-1] == markers.REC) if tokens and tokens[-1] in ends else ((), True)
        for tokens in written
    ]


def _reason_row(reader: Reader, reply: OpenSlot, slot: Recommended) -> Row:
    """The prompt of a reason: all up to the evidence, and the marker that opens the reason."""
    layout = reader.model.layout
    written = [
        *layout.opening(reply.context),
        *map(Position, reply.lead),
        *layout.segment(slot),
        Position(markers.REASON),
    ]
    return Row.of(layout.context(reply.context, len(written) + layout.room(MOST_TOKENS)), written)


def _reasons(reader: Reader, prompts: Sequence[Row]) -> list[list[int]]:
    return write(reader, prompts, (markers.END,), MOST_TOKENS)


def _reply(reader: Reader, lead: str, slot: Segment, reason: Sequence[int]) -> WrittenReply:
    assert isinstance(slot, Recommended)
    return WrittenReply(
        lead=lead,
        item=slot.item,
        reason=reader.model.tokenizer.decode(reason),
        card=slot.card.text,
        evidence=slot.evidence.text if slot.evidence else "",
        is_finished=reason[-1:] == [markers.END],
    )
