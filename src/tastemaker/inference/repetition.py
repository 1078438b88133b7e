"""What greedy writing must not say again: loops, and where that is asked for, a few words in a row twice.

Both count words and never cut one short for what stands elsewhere: a run of tokens that is banned within a word leaves
"weirther" of "weirder". A word that repeats itself is no word, and is held to the same.
"""

from collections.abc import Container, Hashable, Sequence
from itertools import pairwise
from typing import TypeVar

Unit = TypeVar("Unit", bound=Hashable)
"""A word, or a token within one."""


def said_again(written: Sequence[int], within_words: Container[int], no_repeat: int = 0) -> list[int]:
    """The tokens that would go on with a loop, or complete `no_repeat` words in a row which `written` holds already.

    Args:
        written: tokens so far.
        within_words: tokens that go on with a word; all others open one.
        no_repeat: 0 where words may stand twice.
    """
    if not written:
        return []
    words = words_of(written, within_words)
    return [*(word[0] for word in _again(words, no_repeat)), *_again(words[-1], no_repeat)]


def _again(written: Sequence[Unit], no_repeat: int) -> list[Unit]:
    return looping(written) + (repeating(written, no_repeat) if no_repeat else [])


def words_of(tokens: Sequence[int], within_words: Container[int]) -> list[tuple[int, ...]]:
    """The tokens of each word; what stands first opens one."""
    starts = [index for index, token in enumerate(tokens) if not index or token not in within_words]
    return [tuple(tokens[start:end]) for start, end in pairwise([*starts, len(tokens)])]


def repeating(written: Sequence[Unit], size: int) -> list[Unit]:
    """What would complete a run of `size` units which `written` holds already."""
    last = tuple(written[len(written) - size + 1 :])
    runs = (tuple(written[start : start + size]) for start in range(len(written) - size + 1))
    return [run[-1] for run in runs if run[:-1] == last]


def looping(written: Sequence[Unit]) -> list[Unit]:
    """What would go on with what was said twice already: the second unit of a third time.

    People say "over and over and" and "no no no", and titles of works are copied; a loop goes on behind that.
    """
    length = len(written)
    periods = range(1, (length - 1) // 2 + 1)
    return [written[-p] for p in periods if written[-p - 1 :] == written[length - 2 * p - 1 : length - p]]
