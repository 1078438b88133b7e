"""What reviews speak of: nouns and pairs of them, such as "tone" and "strap lock", learnt from training reviews alone.

Frequent nouns are taken for features as in Hu and Liu ("Mining and Summarizing Customer Reviews", KDD 2004), and pairs
of words where they meet more often than chance has it (Bouma, "Normalized (Pointwise) Mutual Information in
Collocation Extraction", GSCL 2009). There is no parser: a word is a noun where it often stands behind an article, a
possessive or praise and before a word of grammar or the end. The lists of `english_words.py` make it know English
alone.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tastemaker.data.english_words import BEFORE_NOUNS, GRAMMAR, NO_FEATURES
from tastemaker.data.sentences import sentences, words
from tastemaker.data.vocabulary import number_forms

_LEAST: Final = 8
"""Reviews that speak of a feature, at least; in long logs a thousandth of all."""
_NOUN: Final = 0.14
"""Share of its places where a word looks like a noun, from which on it is taken for one."""
_PAIRED: Final = 0.2
"""Normalised pointwise mutual information from which on two words are one feature."""

Form = tuple[str, ...]
"""One word or two."""


@dataclass(frozen=True)
class Mention:
    """A feature in a sentence, from word `start` up to word `end`."""

    feature: str
    start: int
    end: int


@dataclass(frozen=True)
class Features:
    """The features that training reviews speak of often enough."""

    forms: Mapping[Form, str] = field(default_factory=dict)
    """Every form -> the feature, which is called by the commoner one of singular and plural."""

    @classmethod
    def learn(cls, reviews: Iterable[str]) -> "Features":
        """Find them in training reviews."""
        counts = _count(reviews)
        forms: dict[Form, list[Form]] = {}
        for form in counts.reviews:
            forms.setdefault(_name(form, counts.reviews), []).append(form)
        return cls(
            {form: " ".join(name) for name, group in forms.items() if counts.is_feature(group) for form in group}
        )

    def mentions(self, sentence: Sequence[str]) -> Iterator[Mention]:
        """Yield the features of a sentence, given its words, in their order; a pair counts, not the words of it."""
        place = 0
        while place < len(sentence):
            pair = tuple(sentence[place : place + 2])
            form = pair if pair in self.forms else pair[:1]
            if form in self.forms:
                yield Mention(self.forms[form], place, place + len(form))
            place += len(form) if form in self.forms else 1

    def of(self, review: str) -> frozenset[str]:
        """The features that a review speaks of."""
        return frozenset(it.feature for part in sentences(review) for it in self.mentions(words(part)))


@dataclass(frozen=True)
class _Counts:
    """How often words, and pairs of them, are met."""

    read: int
    """Reviews."""
    reviews: Counter[Form]
    """Those that hold a form."""
    places: Counter[Form]
    nouns: Counter[Form]
    """Places that look like a noun's."""
    words: int
    """Places of all words."""

    def is_feature(self, group: Sequence[Form]) -> bool:
        """Whether enough reviews hold these forms, which are nouns, and words that belong together if there are two."""
        is_said = sum(self.reviews[form] for form in group) >= max(_LEAST, self.read // 1000)
        is_noun = sum(self.nouns[form] for form in group) >= _NOUN * sum(self.places[form] for form in group)
        return is_said and is_noun and (len(group[0]) == 1 or max(map(self._paired, group)) >= _PAIRED)

    def _paired(self, form: Form) -> float:
        together = self.places[form] / self.words
        apart = self.places[form[:1]] * self.places[form[1:]] / self.words**2
        return math.log(together / apart) / -math.log(together)


def _count(reviews: Iterable[str]) -> _Counts:
    found, places, nouns = Counter[Form](), Counter[Form](), Counter[Form]()
    read = length = 0
    for review in reviews:
        read += 1
        met: set[Form] = set()
        for sentence in map(words, sentences(review)):
            length += len(sentence)
            for start, end in _spans(sentence):
                form = tuple(sentence[start:end])
                met.add(form)
                places[form] += 1
                nouns[form] += _looks_like_noun(sentence, start, end)
        found.update(met)
    return _Counts(read, found, places, nouns, length)


def _spans(sentence: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where a word stands that may name something, or two of them."""
    names = [_may_name(word) for word in sentence]
    for place, may_name in enumerate(names):
        if may_name:
            yield place, place + 1
            if any(names[place + 1 : place + 2]):
                yield place, place + 2


def _may_name(word: str) -> bool:
    return len(word) > 2 and not word[0].isdigit() and word not in NO_FEATURES


def _looks_like_noun(sentence: Sequence[str], start: int, end: int) -> bool:
    before = start > 0 and sentence[start - 1] in BEFORE_NOUNS
    return before and (end == len(sentence) or sentence[end] in GRAMMAR)


def _name(form: Form, reviews: Mapping[Form, int]) -> Form:
    """The commonest of the forms that differ in number alone."""
    others = ((*form[:-1], other) for other in number_forms(form[-1]))
    return max((form, *others), key=lambda each: (reviews.get(each, 0), -len(each[-1])))
