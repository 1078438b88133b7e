"""Requests as people type them: one wrong character in some of the user's words."""

import re
from collections.abc import Callable
from dataclasses import replace
from string import ascii_lowercase

import numpy as np

from tastemaker.data.facts import FactExtractor
from tastemaker.tasks.example import Example, Item, Segment, Text
from tastemaker.tasks.mentions import link

WORD = re.compile(r"[^\W\d_]{3,}")
"""Only words of at least three letters are mistyped: shorter ones and numbers are mostly typed right."""


def mistype(text: str, rate: float, random: np.random.Generator) -> str:
    """Give each word with probability `rate` one wrong character: swapped, left out, doubled or replaced."""
    return WORD.sub(lambda word: _slip(word[0], random) if random.random() < rate else word[0], text)


def with_typos(example: Example, extractor: FactExtractor, rate: float, seed: int) -> Example:
    """The same request with typos in the user's words; an item stays behind its title only where that is still found.

    Args:
        example: a dialogue so far.
        extractor: finds the titles again, as it does in a live request.
        rate: share of words with a typo.
        seed: of the typos.
    """
    random = np.random.default_rng(seed)
    return _with_user_words(example, extractor, lambda text: mistype(text, rate, random))


def _with_user_words(example: Example, extractor: FactExtractor, change: Callable[[str], str]) -> Example:
    """Change each of the user's turns as a whole, then put items behind its titles anew."""
    context: list[Segment] = []
    turn: Text | None = None
    for segment in (*example.context, None):
        if turn is not None and isinstance(segment, Text) and segment.speaker is None:
            turn = replace(turn, text=turn.text + segment.text)
        elif turn is not None and isinstance(segment, Item):
            continue
        else:
            if turn is not None:
                context.extend(link(change(turn.text), extractor, turn.speaker, turn.priority))
                turn = None
            if isinstance(segment, Text) and segment.speaker == "user":
                turn = segment
            elif segment is not None:
                context.append(segment)
    return replace(example, context=tuple(context))


def _slip(word: str, random: np.random.Generator) -> str:
    place = int(random.integers(1, len(word)))
    before, here, after = word[:place], word[place], word[place + 1 :]
    slips = (
        f"{before[:-1]}{here}{before[-1]}{after}",
        f"{before}{after}",
        f"{before}{here}{here}{after}",
        f"{before}{random.choice([letter for letter in ascii_lowercase if letter != here.lower()])}{after}",
    )
    return slips[int(random.integers(len(slips)))]
