"""Sample texts for the report, with what came before them."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

from tastemaker.data.dataset import Dataset
from tastemaker.data.title_forms import printed_title
from tastemaker.evaluation.answers import given_item
from tastemaker.evaluation.context import history_of
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, Reply, Segment, Text, Words
from tastemaker.tasks.request import turns_of

SHOWN = 6
"""Samples of each task."""
PAST = 5
"""Past items shown, the latest liked ones."""


def samples_of(
    task: str, examples: Sequence[Example], replies: Sequence[WrittenReply], dataset: Dataset
) -> list[dict[str, Any]]:
    """The first samples of a task as plain data; the longest dialogues first, since they show most."""
    pairs = sorted(zip(examples, replies, strict=True), key=lambda pair: -len(turns_of(pair[0].context)))
    step = max(1, len(pairs) // (2 * SHOWN))
    return [as_sample(task, example, reply, dataset) for example, reply in pairs[::step][:SHOWN]]


def as_sample(task: str, example: Example, reply: WrittenReply, dataset: Dataset) -> dict[str, Any]:
    """An example and what was written as plain data: what was read, the written text, the true one."""

    def title(row: int | None) -> str | None:
        return None if row is None else printed_title(dataset.catalog[row])

    liked = [entry.item for entry in history_of(example) if dataset.likes(entry)][-PAST:]
    slot = example.target.slot if isinstance(example.target, Reply) else None
    return {
        "task": task,
        "liked": [title(row) for row in liked],
        "given": given_words(example.context),
        "turns": [
            {"speaker": turn.speaker, "text": turn.text, "item": title(turn.item)} for turn in turns_of(example.context)
        ],
        "lead": reply.lead,
        "item": title(reply.item),
        "reason": " ".join((reply.reason, *(f"{title(row)} {words}" for row, words in reply.more))),
        "evidence": reply.evidence,
        "chosen": title(given_item(example) if slot is None else slot.item),
        "reference": _true_words(example, title),
    }


def given_words(context: Sequence[Segment]) -> str:
    """What is read before anybody speaks, such as the title and attributes of an item."""
    unspoken = takewhile(lambda part: not isinstance(part, Text) or part.speaker is None, context)
    return " ".join(part.text for part in unspoken if isinstance(part, Text))


def _true_words(example: Example, title: Callable[[int], str | None]) -> str:
    target = example.target
    if isinstance(target, Words):
        return target.text
    if not isinstance(target, Reply):
        return ""
    if target.may_repeat:
        return " ".join((target.lead, *(f"{title(slot.item)} {words}" for slot, words in target.slots)))
    return target.reason or target.lead
