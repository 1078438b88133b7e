"""An example as readable text, for eyes, golden prompts and the documentation."""

from typing import assert_never

from tastemaker.data.catalog import Catalog
from tastemaker.data.schema import ACTIONS
from tastemaker.data.title_forms import printed_title
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
    Target,
    Text,
    Words,
)


def as_text(example: Example, catalog: Catalog) -> str:
    """Context, a line of dashes, and target, one segment or turn a line."""
    context = "".join(_segment(segment, catalog) for segment in example.context).strip("\n").replace("\n ", "\n")
    return f"{context}\n---\n{_target(example.target, catalog)}\n"


def _segment(segment: Segment, catalog: Catalog) -> str:
    match segment:
        case History(entries):
            shown = [f"{printed_title(catalog[entry.item])} <{ACTIONS[entry.action]}>" for entry in entries]
            return f"history: {' | '.join(shown) or 'none'}\n"
        case Text(text, speaker):
            return f"\n{speaker}: {text}" if speaker else text
        case Item(item):
            return f" [{printed_title(catalog[item])}]"
        case Earlier(reply):
            slots = (f" {_recommended(slot, catalog)} {words}" for slot, words in reply.slots)
            return f"\nassistant: {reply.lead}{''.join(slots)}"
        case Recommended():
            return f" {_recommended(segment, catalog)}"
        case _:
            assert_never(segment)


def _recommended(slot: Recommended, catalog: Catalog) -> str:
    why = f" <evidence> {slot.evidence.text}" if slot.evidence else ""
    return f"<rec> [{printed_title(catalog[slot.item])}] <card> {slot.card.text}{why}"


def _target(target: Target, catalog: Catalog) -> str:
    match target:
        case NextItems(positions, items, weights):
            rows = zip(positions, items, weights, strict=True)
            return "\n".join(f"next item at {at}: {printed_title(catalog[it])} (weight {w:g})" for at, it, w in rows)
        case Score(kind, positions, items, values):
            rows = zip(positions, items, values, strict=True)
            return "\n".join(f"{kind} at {at}: {printed_title(catalog[it])} = {value:g}" for at, it, value in rows)
        case Label(labels, values):
            held = [name for name, value in zip(labels.classes, values, strict=True) if value]
            return f"{labels.name}: {', '.join(held)} (of {', '.join(labels.classes)})"
        case Words(text):
            return f"words: {text}"
        case Reply(lead, _, reason):
            parts = [f"lead: {lead}", "" if target.slots or not reason else f"reason: {reason}"]
            for slot, words in target.slots:
                parts += [_recommended(slot, catalog), f"reason: {words}" if words else ""]
            return "\n".join(part for part in parts if part)
        case _:
            assert_never(target)
