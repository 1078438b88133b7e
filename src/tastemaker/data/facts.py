"""Find the facts that a text states: attribute values and titles of the catalog, negated where the words say so.

A fact is a (name, value) pair: ("genre", "Comedy"), ("decade", "1990s"), ("title", "Heat (1995)"), ("not genre",
"Horror"). The extractor is fixed: no learning, the same for user words, evidence, cards and generated text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.negation import REFUSING_MOODS, Mood, is_refused_after, next_mood
from tastemaker.data.title_forms import Alias, aliases, printed_title
from tastemaker.data.vocabulary import FEATURE, GENRE_MOODS, UNKNOWN_VALUES, decade_forms, decade_of, value_forms

Fact = tuple[str, str]

_WORD: Final = re.compile(r"&|\w+(?:['’]\w+)*")
_BEGINS: Final = re.compile(r"(?:^|[.!?:\n])[\s\"'(]*$")
"""What stands before the first word of a sentence, whose capital says nothing."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d$")
_NOT_THAT_YEAR: Final = frozenset(
    ("before", "after", "since", "until", "till", "than", "around", "about", "pre", "post")
)
_SMALL: Final = frozenset(("a", "an", "and", "at", "for", "from", "in", "of", "on", "or", "the", "to", "with", "by"))
_REMEMBERED: Final = 1024
_IDEOGRAPHS: Final = "\u2e80"
"""From this character on, scripts write words in one or two, as 书 and 吉他 are; elsewhere two are no word."""
_END: Final = ""
"""Key of a trie node under which the meanings of the words that lead there stand."""


@dataclass(frozen=True)
class Word:
    """A word of a text, in the form that is compared, and its place."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class Meaning:
    """What a sequence of words stands for."""

    fact: Fact
    row: int | None = None
    """The item, where it is a title."""
    needs_capitals: bool = False
    has_year: bool = False


@dataclass(frozen=True)
class Statement:
    """A fact where a text states it."""

    fact: Fact
    start: int
    """Place in the text of its first character."""
    end: int
    """Place in the text after its last character."""
    row: int | None = None


def item_facts(item: CatalogItem) -> frozenset[Fact]:
    """All that is known of an item: its attributes, the decade of its year, and its printed title."""
    facts = {
        (name, value)
        for name, values in item.attributes.items()
        for value in values
        if value.casefold() not in UNKNOWN_VALUES
    }
    decades = {("decade", decade) for year in item.values("year") if (decade := decade_of(year))}
    return frozenset(facts | decades | {("title", printed_title(item))})


def holds(item: CatalogItem, fact: Fact) -> bool:
    """Whether a fact, negated or not, is true of an item."""
    name, value = fact
    if name.startswith("not "):
        return (name.removeprefix("not "), value) not in item_facts(item)
    return fact in item_facts(item)


def is_true(item: CatalogItem, fact: Fact) -> bool:
    """Whether a fact may be stated of an item: it holds, and of what is denied some other value is known."""
    name = fact[0].removeprefix("not ")
    return holds(item, fact) and (name == fact[0] or any(known == name for known, _ in item_facts(item)))


def alternatives(facts: Sequence[Fact]) -> list[tuple[Fact, ...]]:
    """What is asked for, each value once: a name that actors and directors have asks for either, refused for neither.

    >>> alternatives([("actor", "Woody Allen"), ("genre", "Comedy"), ("director", "Woody Allen"), ("not genre", "War")])
    [(('actor', 'Woody Allen'), ('director', 'Woody Allen')), (('genre', 'Comedy'),), (('not genre', 'War'),)]
    """
    groups: dict[Fact, list[Fact]] = {}
    for name, value in facts:
        key = (name, value) if name.startswith("not ") else ("", value)
        groups.setdefault(key, []).append((name, value))
    return [tuple(group) for group in groups.values()]


def is_wish(fact: Fact) -> bool:
    """Whether a fact can be asked for in words and shown as a label: no title, year or number, no sign that parts."""
    name, value = fact
    if name.removeprefix("not ") == "decade":
        return True
    is_plain = not set(",:;") & set(value) and not _is_number(value) and (len(value) > 2 or value[:1] >= _IDEOGRAPHS)
    return name.removeprefix("not ") not in ("title", "year") and is_plain and value.casefold() not in UNKNOWN_VALUES


@dataclass(frozen=True)
class FactExtractor:
    """Reads the facts in a text.

    On the 100 hand-labelled sentences of `tests/data/labelled_facts.py` precision is .956 and recall .963
    (`tests/data/test_facts.py` measures both). It knows words, not meaning: "a war of words" states the genre War.
    """

    catalog: Catalog

    def facts(self, text: str) -> frozenset[Fact]:
        """The facts that a text states."""
        return frozenset(statement.fact for statement in self.statements(text))

    def stated(self, text: str) -> tuple[Fact, ...]:
        """The facts that a text states, each once, in the order of the words."""
        return tuple(dict.fromkeys(statement.fact for statement in self.statements(text)))

    def statements(self, text: str) -> tuple[Statement, ...]:
        """The facts with their places, in the order of the words; of overlapping readings the longest counts."""
        return self._remembered(text)

    @cached_property
    def rows_of_titles(self) -> dict[str, int]:
        """Row of every printed title; of items with one title the first."""
        rows: dict[str, int] = {}
        for row, item in enumerate(self.catalog):
            rows.setdefault(printed_title(item), row)
        return rows

    @cached_property
    def _remembered(self) -> Callable[[str], tuple[Statement, ...]]:
        """Reads a text, and keeps what was found in the last few: a turn is read for its titles and for its wishes."""
        return lru_cache(maxsize=_REMEMBERED)(lambda text: tuple(self._read(text, _words(text))))

    def _read(self, text: str, words: Sequence[Word]) -> Iterator[Statement]:
        place = 0
        mood: Mood = ""
        while place < len(words):
            if place and re.search(r"[.;!?\n]|,(?! (?:or|nor) )", text[words[place - 1].end : words[place].start]):
                mood = ""
            length, meanings = self._longest(text, words, place)
            if not meanings:
                mood = next_mood(mood, words[place].form)
                place += 1
                continue
            start, last = words[place].start, words[place + length - 1]
            rest = [word.form for word in words[place + length : place + length + 5]]
            is_refused = mood in REFUSING_MOODS or is_refused_after(rest)
            for meaning in meanings:
                name, value = meaning.fact
                is_denied = is_refused and name != FEATURE  # "no hum" speaks of hum as well
                end = last.end + (text[last.end : last.end + 1] == ")" and meaning.has_year)
                yield Statement((f"not {name}" if is_denied else name, value), start, end, meaning.row)
            place += length

    def _longest(self, text: str, words: Sequence[Word], place: int) -> tuple[int, list[Meaning]]:
        """Length in words and meanings of the longest reading that starts at `place`; 0 where there is none."""
        best: tuple[int, list[Meaning]] = (0, [])
        node: dict[str, Any] = self._trie
        for at in range(place, len(words)):
            node = node.get(words[at].form, {})
            if not node:
                break
            span = words[place : at + 1]
            if accepted := [meaning for meaning in node.get(_END, ()) if _is_meant(meaning, text, span)]:
                best = (len(span), accepted)
        is_year = not best[1] and self._knows_years and _YEAR.match(words[place].form)
        if is_year and not (place and words[place - 1].form in _NOT_THAT_YEAR):
            return 1, [Meaning(("year", words[place].form))]
        return best

    @cached_property
    def _knows_years(self) -> bool:
        return any(item.values("year") for item in self.catalog)

    @cached_property
    def _trie(self) -> dict[str, Any]:
        """Nested maps from word to word; under `_END` the meanings of the words so far."""
        trie: dict[str, Any] = {}
        for text, fact in self._value_words():
            _add(trie, text, Meaning(fact))
        named: dict[tuple[str, ...], dict[int, Alias]] = {}
        for row, item in enumerate(self.catalog):
            for alias in aliases(item, self._knows_years):
                named.setdefault(tuple(word.form for word in _words(alias.text)), {}).setdefault(row, alias)
        for by_row in named.values():
            titles = {printed_title(self.catalog[row]) for row in by_row}
            if len(titles) == 1:
                row, alias = next(iter(by_row.items()))
                has_year = alias.text.endswith(")")
                _add(trie, alias.text, Meaning(("title", titles.pop()), row, alias.needs_capitals, has_year))
        return trie

    def _value_words(self) -> Iterator[tuple[str, Fact]]:
        if self._knows_years or any(item.values("decade") for item in self.catalog):
            yield from ((form, ("decade", value)) for form, value in decade_forms().items())
        pairs = {(name, value) for item in self.catalog for name, values in item.attributes.items() for value in values}
        for name, value in sorted(pairs):
            if name not in ("year", "decade") and value.casefold() not in UNKNOWN_VALUES and not _is_number(value):
                moods = GENRE_MOODS.get(value.casefold(), ()) if name == "genre" else ()
                yield from ((form, (name, value)) for form in (*value_forms(name, value), *moods) if len(form) > 2)


def _is_number(value: str) -> bool:
    return value.replace(".", "").isdigit()


def _words(text: str) -> list[Word]:
    return [Word(_compared(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]


def _compared(word: str) -> str:
    if word.isascii():
        return "and" if word == "&" else word.lower()
    plain = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _add(trie: dict[str, Any], text: str, meaning: Meaning) -> None:
    node = trie
    for word in _words(text):
        node = node.setdefault(word.form, {})
    if node is not trie and meaning not in node.setdefault(_END, []):
        node[_END].append(meaning)


def _is_meant(meaning: Meaning, text: str, span: Sequence[Word]) -> bool:
    """Whether the words at hand are really the title that they look like."""
    if meaning.row is None:
        return True
    if meaning.has_year and len(span) > 1:
        gap = text[span[-2].end : span[-1].start]
        return gap.endswith("(") or gap == " "
    if meaning.needs_capitals:
        printed = [text[word.start] for word in span if word.form not in _SMALL]
        is_alone = len(span) == 1 and _BEGINS.search(text[: span[0].start]) is not None
        return not is_alone and all(letter.isupper() or letter.isdigit() for letter in printed)
    return True
