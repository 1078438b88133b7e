"""Titles found in a text and written as mentions, where a corpus says which items a turn is about but not where.

People write a title in any case, with or without its year. A title that is one ordinary word ("Her", "War") stands in
many texts by chance: it counts only with a capital, and where nothing says that it is meant, not at all.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tastemaker.data.dialogues import mention
from tastemaker.data.titles import split_year


@dataclass(frozen=True)
class Name:
    """A title to be looked for, and the item that it names."""

    title: str
    item_id: str
    pattern: str
    """How the title is written in a text."""


def labelled(title: str, item_id: str, ordinary: Collection[str]) -> Name:
    """A title that its text is said to hold.

    Args:
        title: with or without its year.
        item_id: the item.
        ordinary: words in lower case that are no sign of a title.
    """
    bare, year = _split(title)
    if bare.casefold() in ordinary:
        pattern = f"{re.escape(bare[0].upper())}(?i:{_escaped(bare[1:])})"
    else:
        pattern = f"(?i:{_escaped(bare)})"
    return Name(title, item_id, _whole(pattern, year))


def repeated(title: str, item_id: str, ordinary: Collection[str]) -> Name | None:
    """A title that an earlier turn held: written exactly so; None for an ordinary word."""
    bare, year = _split(title)
    return None if bare.casefold() in ordinary else Name(title, item_id, _whole(_escaped(bare), year))


def link_titles(text: str, names: Iterable[Name]) -> tuple[str, frozenset[str]]:
    """Write a mention wherever one of `names` stands, the longest where several do; and say which items were found.

    >>> link_titles("I saw alien 3!", [labelled("Alien", "1", ()), labelled("Alien 3 (1992)", "2", ())])
    ('I saw [[2]]!', frozenset({'2'}))
    """
    ordered = sorted(names, key=lambda name: -len(_split(name.title)[0]))
    if not ordered:
        return text, frozenset()
    found: set[str] = set()

    def mentioned(match: re.Match[str]) -> str:
        item_id = ordered[(match.lastindex or 1) - 1].item_id
        found.add(item_id)
        return mention(item_id)

    linked = re.sub("|".join(f"({name.pattern})" for name in ordered), mentioned, text)
    return linked, frozenset(found)


def _split(title: str) -> tuple[str, str | None]:
    """A title without its year, and the year; a year alone is a title."""
    bare, year = split_year(title)
    return (bare, year) if bare else (title, None)


def _escaped(title: str) -> str:
    """A title as a pattern; straight and curled apostrophes are one."""
    return re.sub("['’]", "['’]", re.escape(title))


def _whole(pattern: str, year: str | None) -> str:
    """A title with no letter or digit before or behind it, and its year where that follows."""
    return rf"(?<!\w){pattern}(?!\w)" + (rf"(?: \({year}\))?" if year else "")
