"""What a context teaches beside its target, for a model that reads a context in both directions.

In one example, a model that reads from left to right learns each reply of a dialogue, and each word that it reads, from
what stands before it. One that reads ahead would have them before its eyes: it needs replies one by one, and learns
nothing from the words.
"""

from collections.abc import Iterator
from dataclasses import replace

from tastemaker.tasks.example import Earlier, Example, Label, Reply, Words


def unrolled(example: Example) -> Iterator[Example]:
    """Yield an example for every reply that an example teaches, its context what stands before that reply."""
    target = example.target
    if isinstance(target, Words | Label) and target.teaches_read:
        yield replace(example, target=replace(target, teaches_read=False))
        return
    if not isinstance(target, Reply) or not target.teaches_earlier:
        yield example
        return
    for place, segment in enumerate(example.context):
        if isinstance(segment, Earlier):
            yield replace(example, context=example.context[:place], target=segment.reply)
    yield replace(example, target=replace(target, teaches_earlier=False))
