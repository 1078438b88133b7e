"""Ask a trained task for something: a text that it writes, or which classes hold."""

import torch

from tastemaker.errors import RequestError
from tastemaker.inference.answers import Answer
from tastemaker.inference.reading import Reader
from tastemaker.inference.texts import write_words
from tastemaker.tasks.example import Segment, Text


def answer(reader: Reader, task: str, context: tuple[Segment, ...]) -> Answer:
    """What a task says of a context.

    Raises:
        RequestError: the context has nothing to read, as of an item without attributes.
    """
    if not all(segment.text.strip() for segment in context if isinstance(segment, Text)):
        raise RequestError(f"{task}: expected something to read, found nothing. Give another item, or other words.")
    reader = reader.doing(task)
    if all(labels.name != task for labels in reader.model.network.label_sets):
        (written,) = write_words(reader, [context])
        return Answer(task, written.lead.strip())
    head = reader.model.network.label_head(task)
    with torch.no_grad():
        states = reader.mean_states([reader.text_row(context)])
        holding, chances = head.classes(states)[0].tolist(), head.chances(states)[0].tolist()
    told = dict(zip(head.labels.classes, chances, strict=True))
    held = [name for name, holds in zip(told, holding, strict=True) if holds]
    return Answer(task, ", ".join(sorted(held, key=lambda name: -told[name])), told)
