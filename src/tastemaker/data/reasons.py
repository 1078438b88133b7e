"""The sentence of a review that says why its writer likes an item: one that praises a feature of it.

NETE and PETER (Li et al., CIKM 2020 and ACL 2021) explain with such sentences, in which a parser found a feature and an
opinion of it. Here the two are found by their places: praise stands just before a feature, or soon behind it and a verb
that links them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tastemaker.data.english_words import BLAME, CONTRASTS, DENIALS, LINKS, PRAISE
from tastemaker.data.features import Features, Mention
from tastemaker.data.sentences import sentences, words

_WORDS: Final = range(5, 31)
"""Words of a sentence that can stand by itself and be read at a glance."""
_BEFORE, _BEHIND, _DENIED = 2, 5, 3
"""Words between which praise and feature stand together, and a denial turns praise round."""
_UNFIT: Final = BLAME | CONTRASTS | {"need", "needed", "needs", "wish", "email", "link", "phone"}
"""A sentence with one of these blames, takes back, wants, or holds what was masked."""
_OWNERS: Final = frozenset(("my", "his", "her", "our", "their", "your"))
"""Between praise and a feature these tell that it belongs to something else: "love my guitar"."""
_OTHERS: Final = frozenset(
    ("it", "it's", "they", "they're", "that", "that's", "this", "these", "i", "you", "we", "he", "she")
)


@dataclass(frozen=True)
class Reason:
    """Why somebody likes an item, in their words."""

    text: str
    """One sentence."""
    feature: str
    """What it praises."""


def reason_of(review: str, features: Features) -> Reason | None:
    """The sentence with the most praise of features, the first among equals; None where a review has none."""
    found = [reason for sentence in sentences(review) for reason in _reasons(sentence, features)]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def reasons_of(review: str, features: Features) -> tuple[Reason, ...]:
    """Every sentence that praises a feature, in the order of the review."""
    return tuple(reason for sentence in sentences(review) for _, reason in _reasons(sentence, features))


def _reasons(sentence: str, features: Features) -> Iterator[tuple[int, Reason]]:
    told = words(sentence)
    if len(told) not in _WORDS or sentence.endswith("?") or _UNFIT.intersection(told):
        return
    praised = [it for it in features.mentions(told) if _is_praised(told, it)]
    if praised:
        yield len(praised), Reason(sentence, praised[0].feature)


def _is_praised(told: Sequence[str], of: Mention) -> bool:
    before = range(max(0, of.start - _BEFORE), of.start)
    behind = range(of.end, min(len(told), of.end + _BEHIND))
    return any(_is_praise(told, at) and not _OWNERS.intersection(told[at : of.start]) for at in before) or any(
        _is_praise(told, at) and _links(told[of.end : at]) for at in behind
    )


def _links(between: Sequence[str]) -> bool:
    """Whether words lead from a feature to its praise, and not from another subject: "my pedals, and it is great"."""
    return bool(LINKS.intersection(between)) and not _OTHERS.intersection(between)


def _is_praise(told: Sequence[str], at: int) -> bool:
    """Whether a word praises, and is not denied, or part of "as well"."""
    before = told[max(0, at - _DENIED) : at]
    return told[at] in PRAISE and not DENIALS.intersection(before) and [*before[-1:], told[at]] != ["as", "well"]
