"""Which words refuse what comes after them: "no horror", "not a musical", "anything but drama", "tired of westerns".

A mood is carried from word to word: "" says nothing, "refusing" negates the next value, as does "nothing" ("nothing
for children", but not "nothing but comedies"), and "offering" stands after "anything", which "but" turns to refusing.
"""

from collections.abc import Sequence
from typing import Final, Literal

Mood = Literal["", "refusing", "nothing", "offering", "comparing"]

REFUSING_MOODS: Final[tuple[Mood, ...]] = ("refusing", "nothing")
"""A value met in one of these is refused."""

_REFUSING_WORDS = """
    no not never without nor hate hates hated dislike dislikes avoid avoiding except excluding tired sick bored less
    minus skip neither dont don't doesn't didn't isn't aren't wasn't weren't can't cannot won't wouldn't
"""
_CARRYING_WORDS = """
    a an the any more another other too much many so very really please kind type sort of in mood for want wanted
    need like likes liked love to see watch watching seeing into fan keen feel feeling big huge exactly especially
    interested care enjoy stand bear anything something else movie movies film films one ones or nor with about from
    be being on having have seriously super overly another yet again stuff fare do i'd me give show recommend suggest
    anymore be that's it's
"""
_REFUSING: Final = frozenset(_REFUSING_WORDS.split())
_CARRYING: Final = frozenset(_CARRYING_WORDS.split())
_REFUSED_AFTER: Final = (
    ("is", "not"),
    ("are", "not"),
    ("is", "out"),
    ("are", "out"),
    ("isn't",),
    ("aren't",),
    ("not", "for", "me"),
    ("no", "thanks"),
    ("no", "thank"),
    ("doesn't",),
    ("don't",),
)
_NOUNS: Final = frozenset(("movie", "movies", "film", "films", "stuff", "one", "ones"))


def next_mood(mood: Mood, word: str) -> Mood:
    """The mood after a word that is no value itself."""
    if word == "but":
        return "refusing" if mood == "offering" else ""
    if word == "nothing":
        return "nothing"
    if word in ("anything", "everything", "all") and mood not in REFUSING_MOODS:
        return "offering"
    if word in ("instead", "rather"):
        return "comparing"
    if mood == "comparing" and word in ("of", "than"):
        return "refusing"
    if word in _REFUSING:
        return "refusing"
    return mood if mood in REFUSING_MOODS and word in _CARRYING else ""


def is_refused_after(words: Sequence[str]) -> bool:
    """Whether the words after a value refuse it: "horror is not for me", "westerns are out"."""
    rest = tuple(words[1:] if words and words[0] in _NOUNS else words)
    return any(rest[: len(pattern)] == pattern for pattern in _REFUSED_AFTER)
