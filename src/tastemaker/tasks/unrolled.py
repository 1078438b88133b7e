"""A dialogue in which every reply is learned, as one example for each of them.

In one example, a model that reads from left to right learns each reply from what stands before it. A model that reads a
context in both directions would have every earlier reply before its eyes: it needs them one by one.
"""

from collections.abc import Iterator
from dataclasses import replace

from tastemaker.tasks.example import Earlier, Example, Reply


def unrolled(example: Example) -> Iterator[Example]:
    """Yield an example for every reply that an example teaches, its context what stands before that reply."""
    target = example.target
    if not isinstance(target, Reply) or not target.teaches_earlier:
        yield example
        return
    for place, segment in enumerate(example.context):
        if isinstance(segment, Earlier):
            yield replace(example, context=example.context[:place], target=segment.reply)
    yield replace(example, target=replace(target, teaches_earlier=False))
