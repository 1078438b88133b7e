"""The words of a text that a task reads: cut to a length, in training thinned out, and compared with others."""

import re
from collections.abc import Collection
from random import Random
from typing import Final

from tastemaker.errors import RecipeError

_UNSPACED: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts of which each character counts as a word: Chinese, Japanese, Korean."""
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_SENTENCE: Final = re.compile(r".+?(?:[.!?](?=\s)|[。！？]|\n|$)", re.DOTALL)
"""An abbreviation ends one, too."""


def shortened(text: str, most: int) -> str:
    """The first `most` words, written as they were."""
    parts = text.split(maxsplit=most)
    return text.strip() if len(parts) <= most else text.strip()[: -len(parts[-1])].rstrip()


def first_sentences(text: str, most: int) -> str:
    """The first sentences that together have at most `most` words, as one line; of a longer first one its beginning.

    >>> first_sentences("Toys come alive. Nobody knows. They keep it so.", 5)
    'Toys come alive. Nobody knows.'
    """
    end = 0
    for sentence in _SENTENCE.finditer(text):
        if end and len(_WORD.findall(text, 0, sentence.end())) > most:
            break
        end = sentence.end()
    words = list(_WORD.finditer(text, 0, end))[:most]
    return " ".join(text[: words[-1].end()].split()) if words else ""


def count_words(text: str) -> int:
    """How many words a text has, in any script."""
    return len(_WORD.findall(text))


def thinned(text: str, share: float, random: Random, needed: Collection[str] = ()) -> str:
    """The text with a random `share` of its words left out, but never all of them, and none of the `needed`.

    Source:
        Iyyer et al., "Deep Unordered Composition Rivals Syntactic Methods for Text Classification", ACL 2015, word
        dropout.
    """
    words = text.split()
    kept = [word for word in words if word in needed or random.random() >= share]
    return " ".join(kept or words[:1])


def thinned_anew(text: str, share: float, epoch: int, needed: Collection[str] = ()) -> str:
    """`thinned`, drawn by the text and the epoch alone: tasks that read the same text read the same words of it."""
    return thinned(text, share, Random(f"{epoch} {text}"), needed)


def plain(text: str) -> str:
    """The words of a text without case, for telling whether two texts read word for word alike."""
    return " ".join(text.casefold().split())


def check_share(name: str, share: float) -> None:
    """A share of words to be left out lies between 0 and 1.

    Raises:
        RecipeError: it does not.
    """
    if not 0 <= share < 1:
        raise RecipeError(f"{name} must lie between 0 and below 1, found {share}.")
