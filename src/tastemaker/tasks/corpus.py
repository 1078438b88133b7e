"""All the text that a tokenizer is to know: what the catalog prints, and what the tasks read and write."""

from collections.abc import Iterator, Sequence

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title
from tastemaker.tasks.cards import card
from tastemaker.tasks.example import Earlier, Example, Recommended, Reply, Task, Text, Words


def tokenizer_texts(dataset: Dataset, tasks: Sequence[Task], epoch: int = 0) -> Iterator[str]:
    """Yield titles, attribute values, cards, and every text of the tasks' training examples; nothing held out."""
    for row, item in enumerate(dataset.catalog):
        yield printed_title(item)
        yield card(dataset.catalog, row).text
        yield from (value for values in item.attributes.values() for value in values)
    for task in tasks:
        for example in task.examples(dataset, Split.TRAIN, epoch):
            yield from filter(None, texts_of(example))


def texts_of(example: Example) -> Iterator[str]:
    """Yield every text of an example, in the order of its segments."""
    for segment in example.context:
        if isinstance(segment, Text):
            yield segment.text
        elif isinstance(segment, Recommended):
            yield from _slot_texts(segment)
        elif isinstance(segment, Earlier):
            yield from _reply_texts(segment.reply)
    if isinstance(example.target, Reply):
        yield from _reply_texts(example.target)
    elif isinstance(example.target, Words):
        yield example.target.text


def _reply_texts(reply: Reply) -> Iterator[str]:
    yield reply.lead
    for slot, words in reply.slots:
        yield from _slot_texts(slot)
        yield words
    if not reply.slots:
        yield reply.reason


def _slot_texts(slot: Recommended) -> Iterator[str]:
    yield slot.card.text
    if slot.evidence:
        yield slot.evidence.text
