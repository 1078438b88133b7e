"""Which constraints may be asked for together: about a fifth of all pairs are kept for test.

A model that has learned "comedy" and "1990s" apart must answer "a comedy from the 1990s" unseen. The assignment is a
hash of the pair, the same on every machine and in every run.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final
from zlib import crc32

from tastemaker.data.facts import Fact
from tastemaker.data.split import Split

_PARTS: Final = 5
"""One pair in this many is kept for test."""


def is_for_test(one: Fact, other: Fact) -> bool:
    """Whether a pair of constraints is kept for test; the order of the two does not matter."""
    text = "\n".join(sorted("\t".join(fact) for fact in (one, other)))
    return crc32(text.encode()) % _PARTS == 0


def are_allowed(constraints: Sequence[Fact], split: Split) -> bool:
    """Whether every pair among the constraints is one of this split: of test, or of training and validation."""
    return all(is_for_test(one, other) == (split is Split.TEST) for one, other in combinations(constraints, 2))
