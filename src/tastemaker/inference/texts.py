"""Writing a text that holds no slot, such as a summary."""

from collections.abc import Sequence
from typing import Final

from tastemaker.inference.reading import Reader
from tastemaker.inference.replying import WrittenReply
from tastemaker.inference.writing import NO_REPEAT, write
from tastemaker.model import tokenizer as markers
from tastemaker.model.layout import WORDS_OPENING
from tastemaker.model.row import Row
from tastemaker.tasks.example import Segment

MOST_TOKENS: Final = 120
"""Longest text."""


def write_words(reader: Reader, contexts: Sequence[tuple[Segment, ...]]) -> list[WrittenReply]:
    """Write a text without a slot to every context, such as a summary: the lead of a reply and no more."""
    layout = reader.model.layout
    prompts = [Row.of(layout.context(c, layout.room(MOST_TOKENS)), WORDS_OPENING) for c in contexts]
    written = write(reader, prompts, (markers.END,), MOST_TOKENS, NO_REPEAT)
    return [
        WrittenReply(reader.model.tokenizer.decode(tokens), None, "", is_finished=tokens[-1:] == [markers.END])
        for tokens in written
    ]
