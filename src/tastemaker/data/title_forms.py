"""How an item's title is printed, and the other ways in which people write it: "usual suspects".

A title made of ordinary words ("Heat", "Speed", "Bad Boys") is taken for a title only where it is unmistakable.
"""

import re
from dataclasses import dataclass
from typing import Final

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.titles import natural_title, split_year

_IN_BRACKETS: Final = re.compile(r"\s*\(([^()]*)\)")
_ARTICLES: Final = ("the ", "a ", "an ")

_ORDINARY = """
    a about above after again air all alone always american an and angel angels any apart are around as at away baby
    back bad be beautiful before being best better between beyond big birds black blood blue body boot born boy boys
    break bride brother brothers but by call can car cat cats chain chase children christmas city clean clear close
    club cold color come comes company cool country crossing cruel cry dance danger dangerous dark day days dead
    deep devil die dog dogs dont door double down dream dreams drop east easy end escape event ever every evil
    extreme eye eyes face faces fair faithful fall family fast fatal father fear fiction film final fire first fish
    flower for four free fresh friend friends from full funny game games get girl girls go going gold golden good
    grand great green ground guy guys hand hard hat have he head heart hearts heat heaven her here high him his home
    hot house how hunt hunting husband i ice if in innocent inside is it job jump just keep key kid kids kill killer
    killing king kiss know last late law lies life light like line little live living long lord lost love lover low
    magic make man me mad matter me men midnight mind mixed money moon more morning most mother mouse movie mr mrs
    much murder my naked natural nature nearly new next nice night no nobody north not nothing now nuts of off old
    on once one only open or other our out over own paper park party people perfect person phone picture place
    player power pretty private proof public pure queen quick quiet quiz rain real red rich right ring rising river
    road rock romance room rope run running sea search second secret secrets see sense set seven shadow she shine
    ship short show silence sister sisters six sleep small smile so some something song soul sound space speed
    spring stand star stars stay steal stealing still stone story strange stranger street strong stuff summer sun
    sweet take tales talk tell than that the their them then there they thief thing things think this three time tin
    to together top touch town train trial trip true truth turn twelve two under up us very wait waiting walk
    walking war was water way we wedding what when where which while white who why wife wild will wind window winter
    wish with without woman women words work world wrong year years you young your
    alex anna annie carrie emma frank george harry jack james jane jerry jim joe john kate mary matilda max michael mike
    paul peter sam sarah tom william
"""
ORDINARY_WORDS: Final = frozenset(_ORDINARY.split())
"""Words that a title may be made of and that are no sign of one."""


@dataclass(frozen=True)
class Alias:
    """One way to write a title."""

    text: str
    needs_capitals: bool
    """Whether it counts only where the text writes it with capitals, "Bad Boys" but not "bad boys"."""


def printed_title(item: CatalogItem) -> str:
    """The title in natural order, with its year where one is known; the id of an item without title."""
    name, year = _name_and_year(item)
    if not name:
        return item.item_id
    return f"{name} ({year})" if year else name


def aliases(item: CatalogItem, is_known_by_year: bool = True) -> tuple[Alias, ...]:
    """Ways to write a title: with its year always, without it where its words tell it from ordinary speech.

    Args:
        item: an item of the catalog.
        is_known_by_year: whether titles of this catalog carry years; else a title stands for itself.
    """
    name, year = _name_and_year(item)
    if not name:
        return ()
    whole = (name, _IN_BRACKETS.sub("", name), *_IN_BRACKETS.findall(name))
    names = tuple(dict.fromkeys(text for title in whole for text in (title, _without_article(title)) if text))
    found = [Alias(f"{text} ({year})", False) for text in names] if year else []
    for text in names:
        words = re.findall(r"\w+(?:'\w+)*", text.casefold())
        if is_distinctive(words):
            found.append(Alias(text, False))
        elif len(words) > 1 or not (year or is_known_by_year) or _is_name(words):
            found.append(Alias(text, True))
    return tuple(found)


def is_distinctive(words: list[str]) -> bool:
    """Whether several words are hardly met together but as a title: four of them, or one out of the ordinary."""
    return len(words) >= 4 or (len(words) >= 2 and any(w not in ORDINARY_WORDS and len(w) >= 4 for w in words))


def _is_name(words: list[str]) -> bool:
    """Whether one word is hardly written with a capital but as a title: "Fargo"; where a sentence begins, it may be."""
    return len(words) == 1 and len(words[0]) >= 4 and words[0] not in ORDINARY_WORDS


def _name_and_year(item: CatalogItem) -> tuple[str, str]:
    """The title in natural order, and the year, "" where unknown."""
    name, year = split_year(item.title)
    return natural_title(name), year or next(iter(item.values("year")), "")


def _without_article(title: str) -> str:
    for article in _ARTICLES:
        if title.casefold().startswith(article):
            return title[len(article) :]
    return title
