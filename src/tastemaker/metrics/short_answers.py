"""Short answers against true ones: whether they agree, and whether one is made up where none is known.

An answer that says that it is not known is the empty text, on either side: how it is worded does not count.

Source:
    Rajpurkar et al., "Know What You Don't Know: Unanswerable Questions for SQuAD", ACL 2018.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tastemaker.metrics.tally import FloatArray, Tally, mean_of, ratio_of

_SIGNS: Final = str.maketrans("", "", string.punctuation)
_ARTICLES: Final = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True)
class ShortAnswers:
    """What was answered, and the true answer of each; "" says that it is not known."""

    written: Sequence[str]
    true: Sequence[str]


def exact_match(answers: ShortAnswers) -> Tally:
    """Share of answers whose words are those of the true one, articles, case and punctuation apart."""
    pairs = zip(answers.written, answers.true, strict=True)
    return mean_of(np.array([words_of(said) == words_of(true) for said, true in pairs], dtype=np.float64))


def token_f1(answers: ShortAnswers) -> Tally:
    """Mean over answers of the harmonic mean of precision and recall of their words."""
    pairs = zip(answers.written, answers.true, strict=True)
    return mean_of(np.array([_overlap(words_of(said), words_of(true)) for said, true in pairs], dtype=np.float64))


def made_up_rate(answers: ShortAnswers) -> Tally:
    """Of the questions that cannot be answered, the share that is answered all the same."""
    unknown = _are_empty(answers.true)
    return ratio_of(unknown * (1 - _are_empty(answers.written)), unknown)


def refused_rate(answers: ShortAnswers) -> Tally:
    """Of the questions that can be answered, the share that is not."""
    known = 1 - _are_empty(answers.true)
    return ratio_of(known * _are_empty(answers.written), known)


def words_of(text: str) -> list[str]:
    """The words that are compared: lower case, without punctuation and articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_SIGNS)).split()


def _overlap(said: list[str], true: list[str]) -> float:
    if not said or not true:
        return float(said == true)
    common = sum((Counter(said) & Counter(true)).values())
    return 2 * common / (len(said) + len(true))


def _are_empty(texts: Sequence[str]) -> FloatArray:
    """`[N]`, 1 where a text holds nothing."""
    return np.array([not text.strip() for text in texts], dtype=np.float64)
