"""Sentences and words of what people wrote, also where the space behind a full stop is missing."""

import re
from typing import Final

_END: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[^\W\d_][a-z)][.!?])(?=[A-Z])|\n+|(?<=[。！？])")
_WORD: Final = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def sentences(text: str) -> list[str]:
    """The sentences of a text in their order; an abbreviation that a space follows ends one, too.

    >>> sentences("It works.Great tone! Weighs 2.5 pounds")
    ['It works.', 'Great tone!', 'Weighs 2.5 pounds']
    """
    return [part.strip() for part in _END.split(text) if part.strip()]


def words(text: str) -> list[str]:
    """The words of a text in lower case, without signs: "clip-on" and "don't" are one each."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]
