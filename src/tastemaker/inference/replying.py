"""Writing a reply: the words before a slot, the item that fills it, its card and evidence, and the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from tastemaker.data.facts import Fact, holds
from tastemaker.inference.attribution import Question, contributions
from tastemaker.inference.evidence import attributed_evidence
from tastemaker.inference.reading import Reader
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.layout import Position, Row
from tastemaker.tasks.cards import card
from tastemaker.tasks.example import History, Item, Recommended, Segment
from tastemaker.tasks.request import asked, named, turns_of

MOST_TOKENS = 64
"""Longest lead and longest reason."""


@dataclass(frozen=True)
class WrittenReply:
    """A reply as the model wrote it."""

    lead: str
    item: int | None
    """Row of the recommended item; None where the model asked or talked instead of recommending."""
    reason: str
    card: str = ""
    evidence: str = ""

    @property
    def text(self) -> str:
        """Everything that the model wrote, without the item's card."""
        return " ".join(part for part in (self.lead, self.reason) if part)


@dataclass(frozen=True)
class _Draft:
    """A reply whose lead is written, and whose slot may be filled."""

    context: tuple[Segment, ...]
    lead: tuple[int, ...]
    slot: Recommended | None = None


def write_replies(
    reader: Reader, contexts: Sequence[tuple[Segment, ...]], *, obeys_words: bool = True
) -> list[WrittenReply]:
    """Write a reply to every context. Where a context ends in a recommended item, only its reason is left to write."""
    given = [_Draft(c, (), c[-1]) if isinstance(c[-1], Recommended) else None for c in contexts]
    is_open = [index for index, draft in enumerate(given) if draft is None]
    opened = dict(zip(is_open, _write_leads(reader, [contexts[index] for index in is_open], obeys_words), strict=True))
    drafts = [draft or opened[index] for index, draft in enumerate(given)]
    return _write_reasons(reader, drafts)


def _write_leads(reader: Reader, contexts: Sequence[tuple[Segment, ...]], obeys_words: bool) -> list[_Draft]:
    model, layout = reader.model, reader.model.layout
    prompts = [Row.of((*layout.context(c, 2 * MOST_TOKENS), layout.opening(c))) for c in contexts]
    written = write(model.network, reader.vectors, prompts, (markers.REC, markers.END), MOST_TOKENS)
    drafts = []
    for context, tokens in zip(contexts, written, strict=True):
        lead = tuple(token for token in tokens if token not in (markers.REC, markers.END))
        drafts.append((_Draft(context, lead), tokens[-1:] == [markers.REC]))
    return _fill_slots(reader, drafts, obeys_words)


def _fill_slots(reader: Reader, drafts: Sequence[tuple[_Draft, bool]], obeys_words: bool) -> list[_Draft]:
    """Choose the best unseen item that meets the user's wishes, and work out its card and evidence."""
    recommending = [draft for draft, has_slot in drafts if has_slot]
    if not recommending:
        return [draft for draft, _ in drafts]
    scores = reader.scores([reader.slot_row(draft.context, draft.lead) for draft in recommending])
    wishes = [asked(turns_of(draft.context), reader.extractor) for draft in recommending]
    filtered = [wish if obeys_words else () for wish in wishes]
    chosen = [
        choose(reader, row, draft.context, wish)
        for row, draft, wish in zip(scores, recommending, filtered, strict=True)
    ]
    questions = [
        Question(draft.context, (item,), is_reply=True) for draft, item in zip(recommending, chosen, strict=True)
    ]
    weights = contributions(reader, questions)
    slots = iter(
        Recommended(
            item,
            card(reader.catalog, item),
            attributed_evidence(
                reader.catalog,
                item,
                question.entries,
                weight[0],
                named(turns_of(question.context), reader.extractor),
                wish,
            ),
        )
        for item, question, weight, wish in zip(chosen, questions, weights, wishes, strict=True)
    )
    return [replace(draft, slot=next(slots)) if has_slot else draft for draft, has_slot in drafts]


def choose(reader: Reader, scores: Tensor, context: Sequence[Segment], wishes: Sequence[Fact]) -> int:
    """The best item for `scores` `[I]` that is not seen in the context and meets all wishes, or as many as can be."""
    allowed = torch.ones(len(scores), dtype=torch.bool)
    allowed[list(seen_items(context))] = False
    for fact in wishes:
        meets = torch.tensor([holds(item, fact) for item in reader.catalog])
        if (allowed & meets).any():
            allowed &= meets
    return int(scores.masked_fill(~allowed, float("-inf")).argmax())


def seen_items(context: Sequence[Segment]) -> set[int]:
    """Items that a context holds: past entries, items named, items recommended before."""
    items: set[int] = set()
    for segment in context:
        match segment:
            case History(entries):
                items.update(entry.item for entry in entries)
            case Item(item) | Recommended(item):
                items.add(item)
    return items


def _write_reasons(reader: Reader, drafts: Sequence[_Draft]) -> list[WrittenReply]:
    model = reader.model
    prompts = [_reason_row(reader, draft) for draft in drafts if draft.slot is not None]
    written = iter(write(model.network, reader.vectors, prompts, (markers.END,), MOST_TOKENS))
    replies = []
    for draft in drafts:
        lead = model.tokenizer.decode(draft.lead)
        if draft.slot is None:
            replies.append(WrittenReply(lead, None, ""))
        else:
            reason = model.tokenizer.decode(next(written))
            evidence = draft.slot.evidence.text if draft.slot.evidence else ""
            replies.append(WrittenReply(lead, draft.slot.item, reason, draft.slot.card.text, evidence))
    return replies


def _reason_row(reader: Reader, draft: _Draft) -> Row:
    """The prompt of a reason: all up to the evidence, and the marker that opens the reason."""
    layout = reader.model.layout
    if isinstance(draft.context[-1], Recommended):
        return Row.of((*layout.context(draft.context, MOST_TOKENS), layout.opening(draft.context)))
    assert draft.slot is not None
    slot = layout.segment(draft.slot)
    context = layout.context(draft.context, len(slot) + len(draft.lead) + MOST_TOKENS)
    return Row.of((*context, Position(markers.ASSISTANT), *map(Position, draft.lead), *slot, Position(markers.REASON)))
