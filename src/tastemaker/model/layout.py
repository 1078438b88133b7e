"""An example as a row of positions: what each position reads, and which states predict what.

    <history> entry entry … <user> words item words … <assistant> lead <rec> item <card> … <evidence> … <reason> … <end>

where `<rec> item <card> … <reason> …` may come several times, each time about another item. Where a model has a chat
template, turns of a dialogue stand in it; the `Words` of other tasks open with `<assistant>` in every model, so that
what they answer to a question, such as that it is not known, is nothing that a turn may begin with.

Every position reads the sum of a token's, an item's and an action's vector, most of them absent. Inputs without loss:
the context, and in a reply the item's vector, card and evidence.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tastemaker.model import tokenizer as markers
from tastemaker.model.masking import HIDDEN, drawn, masked
from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.tasks.example import (
    Earlier,
    Example,
    History,
    Item,
    Label,
    NextItems,
    Recommended,
    Reply,
    Score,
    Segment,
    Speaker,
    Target,
    Text,
    Words,
)

WORDS_OPENING: Final = (Position(markers.ASSISTANT),)
"""Opens the `Words` that are to be written."""


@dataclass(frozen=True)
class Layout:
    """Turns examples into rows of at most `window` positions."""

    tokenizer: TextTokenizer
    window: int
    wishes: Callable[[Sequence[Segment]], tuple[int, ...]] = lambda context: ()
    """Reads the wishes of a row in its context."""
    mask_share: float | None = None
    """Share of entries that are hidden in training, for a backbone that reads ahead; None is one that does not."""

    @property
    def reads_ahead(self) -> bool:
        """See `Backbone.reads_ahead`."""
        return self.mask_share is not None

    def row(self, examples: Sequence[Example], random: np.random.Generator | None = None) -> Row:
        """Lay out examples that share one context; at most one of them may be written, a `Reply` or `Words`.

        Args:
            examples: at least one, that with the longest context first. The contexts of others are that one or, of a
                `Label` and for a backbone that sees nothing ahead, where it begins.
            random: in training draws which entries are hidden from a backbone that reads ahead; None, as for
                validation, hides what comes next alone.
        """
        row = self._row(examples)
        if self.mask_share is None:
            return row
        return masked(row) if random is None else drawn(row, self.mask_share, random)

    def asking(self, context: Sequence[Segment]) -> Row:
        """The row whose last state tells what comes next after a context."""
        if self.mask_share is None:
            return Row.of(self.context(context))
        return Row.of((*self.context(context, reserve=1), HIDDEN))

    def _row(self, examples: Sequence[Example]) -> Row:
        """The row of a backbone that sees nothing ahead."""
        replies = [example for example in examples if isinstance(example.target, Reply | Words)]
        written = [self._reply(example) for example in replies]
        reserve = sum(len(positions) for positions, _ in written)
        if self.mask_share is not None and any(isinstance(it.target, NextItems | Score) for it in examples):
            reserve += 1  # for the mask
        parts = self._parts(examples[0].context, reserve)
        context = [position for part in parts for position in part]
        targets: dict[str, TaskTargets] = {}
        for example in examples:
            if not isinstance(example.target, Reply | Words):
                last = sum(map(len, parts[: len(example.context)])) - 1
                targets[example.task] = _context_targets(example.target, last)
            if isinstance(example.target, Label) and example.target.teaches_read:
                read = parts[: len(example.context)]
                _teach_read(example.context, read, targets[example.task], ("user", "assistant", None))
        for example, (_, reply_targets) in zip(replies, written, strict=True):
            targets[example.task] = _moved(reply_targets, len(context))
            if isinstance(example.target, Reply) and example.target.teaches_earlier:
                self._teach_earlier(example.context, parts, targets[example.task])
            if isinstance(example.target, Words) and example.target.teaches_read:
                _teach_read(example.context, parts, targets[example.task])
        reply = [position for positions, _ in written for position in positions]
        wishes = self.wishes(examples[0].context) if any(map(_asks_once, examples)) else ()
        return Row.of(context, reply, targets, wishes).within(self.window)

    def context(self, segments: Sequence[Segment], reserve: int = 0) -> tuple[Position, ...]:
        """Lay out a context and cut it to the window, less the `reserve` for what is yet to be written."""
        return tuple(position for part in self._parts(segments, reserve) for position in part)

    def room(self, tokens: int) -> int:
        """Positions to reserve for so many tokens that are yet to be written: at most half of the window."""
        return min(tokens, self.window // 2)

    def _parts(self, segments: Sequence[Segment], reserve: int) -> list[list[Position]]:
        """The positions that are left of every segment."""
        openings = self._openings(segments)
        parts = [[*opening, *self.segment(it)] for opening, it in zip(openings, segments, strict=True)]
        excess = sum(map(len, parts)) - max(self.window - reserve, 2)
        order = sorted(range(len(parts)), key=lambda index: _priority(segments[index]))
        for index in order:
            if excess <= 0:
                break
            before = len(parts[index])
            parts[index] = _cut(segments[index], parts[index], len(openings[index]), excess)
            excess -= before - len(parts[index])
        return parts

    def _teach_earlier(
        self, context: Sequence[Segment], parts: Sequence[Sequence[Position]], targets: TaskTargets
    ) -> None:
        """Have the earlier replies of a context predicted, too, as far as they are left."""
        start = 0
        for segment, opening, part in zip(context, self._openings(context), parts, strict=True):
            if isinstance(segment, Earlier) and part:
                targets.add(_moved(self._written(segment.reply, opening)[1], start))
            start += len(part)

    def _reply(self, example: Example) -> tuple[list[Position], TaskTargets]:
        if isinstance(example.target, Words):
            return self._written(Reply(example.target.text), WORDS_OPENING)
        assert isinstance(example.target, Reply)
        if isinstance(example.context[-1], Recommended):
            return self._written(example.target, (Position(markers.REASON),))
        return self._written(example.target, self.opening(example.context))

    def _written(self, reply: Reply, opening: Sequence[Position]) -> tuple[list[Position], TaskTargets]:
        """A reply behind what opens it."""
        positions, targets = list(opening), TaskTargets()
        self._write(positions, targets, self.tokenizer.encode(reply.lead, opens_turn=True))
        for slot, words in reply.slots:
            self._recommend(positions, targets, slot)
            self._write(positions, targets, self.tokenizer.encode(words))
        if not reply.slots:
            self._write(positions, targets, self.tokenizer.encode(reply.reason))
        self._write(positions, targets, (markers.END,))
        return positions, targets

    def _recommend(self, positions: list[Position], targets: TaskTargets, slot: Recommended) -> None:
        """Open a slot and fill it, up to the marker behind which words follow."""
        self._write(positions, targets, (markers.REC,))
        targets.item_at.append(len(positions) - 1)
        targets.items.append(slot.item)
        targets.item_weights.append(1.0)
        positions.extend(self.segment(slot)[1:])
        positions.append(Position(markers.REASON))

    @staticmethod
    def _write(positions: list[Position], targets: TaskTargets, tokens: Sequence[int]) -> None:
        for token in tokens:
            targets.text_at.append(len(positions) - 1)
            targets.tokens.append(token)
            positions.append(Position(token))

    def opening(self, context: Sequence[Segment]) -> tuple[Position, ...]:
        """What opens the assistant's turn behind those of a context."""
        turns = [segment for segment in context if _speaker(segment)]
        return self._turn("assistant", turns[-1] if turns else None)

    def _openings(self, segments: Sequence[Segment]) -> list[tuple[Position, ...]]:
        """What opens each segment."""
        openings: list[tuple[Position, ...]] = []
        before: Segment | None = None
        for segment in segments:
            speaker = _speaker(segment)
            history = (Position(markers.HISTORY),) if isinstance(segment, History) else ()
            openings.append(self._turn(speaker, before) if speaker else history)
            before = segment if speaker else before
        return openings

    def _turn(self, speaker: Speaker, before: Segment | None) -> tuple[Position, ...]:
        """What opens a turn behind the turn `before`: a marker, or what the chat template of the model has there."""
        chat = self.tokenizer.chat
        if chat is None:
            return (Position(markers.USER if speaker == "user" else markers.ASSISTANT),)
        closing: tuple[int, ...] = ()
        if before is not None:
            closing = chat.after_user if _speaker(before) == "user" else chat.after_assistant
        if isinstance(before, Earlier):
            closing = closing[1:]  # a reply ends with a marker of ours in place of the template's first token
        opening = chat.before_user if speaker == "user" else chat.before_assistant
        return tuple(map(Position, (*closing, *opening)))

    def segment(self, segment: Segment) -> list[Position]:
        """The positions of one segment behind what opens it."""
        return list(self._segment(segment))

    def _segment(self, segment: Segment) -> Iterator[Position]:
        match segment:
            case History(entries):
                for entry in entries:
                    yield Position(item=entry.item + 1, action=entry.action + 1)
            case Text(text, speaker):
                yield from map(Position, self.tokenizer.encode(text, opens_turn=speaker is not None))
            case Item(item):
                yield Position(item=item + 1)
            case Earlier(reply):
                yield from self._written(reply, ())[0]
            case Recommended(item, card, evidence):
                yield Position(markers.REC)
                yield Position(item=item + 1)
                yield Position(markers.CARD)
                yield from map(Position, self.tokenizer.encode(card.text))
                if evidence is not None:
                    yield Position(markers.EVIDENCE)
                    yield from map(Position, self.tokenizer.encode(evidence.text))


def _asks_once(example: Example) -> bool:
    """Whether the items of its reply, and of no other, are to be told from the whole context."""
    return isinstance(example.target, Reply) and bool(example.target.slots) and not example.target.teaches_earlier


def _context_targets(target: Target, last: int) -> TaskTargets:
    """History position `p` is row position `p`: the start entry stands first; labels are told up to the `last` one."""
    targets = TaskTargets()
    match target:
        case NextItems(positions, items, weights):
            targets.item_at, targets.items, targets.item_weights = list(positions), list(items), list(weights)
        case Score(kind, positions, items, values):
            targets.score_at[kind] = list(positions)
            targets.scored_items[kind] = list(items)
            targets.score_values[kind] = list(values)
        case Label(labels, values):
            targets.label_at[labels.name], targets.label_values[labels.name] = last, values
    return targets


def _teach_read(
    context: Sequence[Segment],
    parts: Sequence[Sequence[Position]],
    targets: TaskTargets,
    speakers: Collection[Speaker | None] = (None,),
) -> None:
    """Have the texts that are read predicted, too, as far as they are left; a context begins with something else."""
    start = 0
    for segment, part in zip(context, parts, strict=True):
        if isinstance(segment, Text) and segment.speaker in speakers and start:
            targets.text_at.extend(range(start - 1, start - 1 + len(part)))
            targets.tokens.extend(position.token for position in part)
        start += len(part)


def _moved(targets: TaskTargets, offset: int) -> TaskTargets:
    targets.item_at = [at + offset for at in targets.item_at]
    targets.text_at = [at + offset for at in targets.text_at]
    return targets


def _priority(segment: Segment) -> int:
    """A history is cut last: it is the user."""
    return 1_000_000 if isinstance(segment, History) else segment.priority


def _speaker(segment: Segment) -> Speaker | None:
    """Who speaks in a segment that opens a turn."""
    if isinstance(segment, Earlier):
        return "assistant"
    return segment.speaker if isinstance(segment, Text) else None


def _cut(segment: Segment, positions: list[Position], opening: int, excess: int) -> list[Position]:
    """Drop up to `excess` positions: the oldest entries of a history, the first words of a turn, an item whole.

    The first `opening` positions open a history or turn and stay.
    """
    if isinstance(segment, History | Text):
        keep = max(len(positions) - opening - excess, 0)
        return positions[:opening] + positions[len(positions) - keep :]
    return []
