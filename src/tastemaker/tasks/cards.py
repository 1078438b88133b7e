"""What a reason may copy from: the card of an item, and the evidence for it, as short text in one fixed format.

Card: `Toy Story (1995): animation, children's, comedy`. Evidence: `liked Aladdin (1992), 5 stars; shares animation,
comedy; both 1990s; asked comedy`; where a hint says what the reason is to be about, `about tone` ends it. Evidence is
made here alone, for training and for use. `Grounds` is the same as data: `grounds` finds it, `render` writes it,
`parse` reads it back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.facts import Fact, is_true, is_wish
from tastemaker.data.split import DataConfig
from tastemaker.data.title_forms import printed_title
from tastemaker.data.vocabulary import decade_of
from tastemaker.tasks.example import Card, Evidence

SHOWN_LABELS: Final = 4
"""Most attribute values on a card or in one part of the evidence."""
_MOST_PAST: Final = 2
_PARTS: Final = re.compile(r"; (?=(?:liked|chose|shares|both|all|is|asked|about) )")
_PAST: Final = re.compile(r"(?P<verb>liked|chose) (?P<title>.+?)(?:, (?P<stars>\d+(?:\.\d+)? stars?))?$")
_DECADE: Final = re.compile(r"\d{4}s$")


@dataclass(frozen=True)
class Past:
    """An item that speaks for the recommended one."""

    title: str
    stars: str = ""
    """`5 stars` where the user rated and liked it; "" where it was only chosen or named."""


@dataclass(frozen=True)
class Grounds:
    """Why this item for this user: what the item shares with all past items named here, and what was asked for."""

    past: tuple[Past, ...] = ()
    shared: tuple[str, ...] = ()
    """Labels, as `spoken`."""
    shared_decade: str = ""
    own: tuple[str, ...] = ()
    """Labels of the item itself; given only where neither past items nor a wish say anything of it."""
    own_decade: str = ""
    asked: tuple[str, ...] = ()
    """Labels that the user asked for and the item has; a refusal is `no horror`. A decade among them is `1990s`."""
    about: str = ""
    """A feature that the reason is to speak of, where one is given as a hint."""


def card(catalog: Catalog, item: int) -> Card:
    """Title and labels of an item."""
    title, labels = printed_title(catalog[item]), labels_of(catalog[item])
    return Card(f"{title}: {', '.join(labels)}" if labels else f"{title}:")


def card_title(text: Card) -> str:
    """The title on a card."""
    return text.text.rpartition(":")[0] or text.text


def card_labels(text: Card) -> tuple[str, ...]:
    """The labels on a card."""
    labels = text.text.rpartition(":")[2].strip()
    return tuple(labels.split(", ")) if labels else ()


def evidence(
    catalog: Catalog,
    item: int,
    past: Sequence[tuple[int, float | None]],
    asked: Sequence[Fact] = (),
    like_threshold: float = DataConfig.like_threshold,
) -> Evidence:
    """Say why an item is recommended; nothing that is not true of the item is said.

    Args:
        catalog: the items.
        item: row of the recommended item.
        past: rows of at most two items that speak for it, each with its rating, or None where it was chosen or named
            without one. One rated below `like_threshold` is left out: it is no reason to like another; so is the
            second, where the three have nothing in common.
        asked: facts that the user asked for, in that order; those that do not hold of the item are left out.
        like_threshold: from which rating on an item is called liked.
    """
    title = printed_title(catalog[item])  # of two items with one title, neither is a reason for the other
    others = [(row, rating) for row, rating in past if printed_title(catalog[row]) != title]
    liked = [(row, rating) for row, rating in others if rating is None or rating >= like_threshold]
    found = grounds(catalog, item, liked[:_MOST_PAST], asked)
    if len(found.past) > 1 and not (found.shared or found.shared_decade):
        found = grounds(catalog, item, liked[:1], asked)
    return Evidence(render(found))


def hinted(why: Evidence, about: str) -> Evidence:
    """Evidence with a hint."""
    return Evidence(render(replace(parse(why.text), about=about)))


def likely_hint(why: Evidence, card: Card) -> str:
    """What a reason may well be about, where nobody says: the first label that is shared, else the item's first."""
    return next(iter((*parse(why.text).shared, *card_labels(card))), "")


def grounds(
    catalog: Catalog, item: int, past: Sequence[tuple[int, float | None]], asked: Sequence[Fact] = ()
) -> Grounds:
    """Find what the item has in common with all of `past`, and which wishes it meets."""
    target, others = catalog[item], [catalog[row] for row, _ in past]
    wishes = tuple(dict.fromkeys(spoken(fact) for fact in asked if is_wish(fact) and is_true(target, fact)))
    shared = tuple(label for label in labels_of(target) if others and all(label in labels_of(it) for it in others))
    decade = decade_label(target)
    shared_decade = decade if others and all(decade_label(it) == decade for it in others) else ""
    says_something = shared or shared_decade or any(not wish.startswith("no ") for wish in wishes)
    return Grounds(
        past=tuple(Past(printed_title(catalog[row]), _stars(rating)) for row, rating in past),
        shared=shared,
        shared_decade=shared_decade,
        own=() if says_something else labels_of(target),
        own_decade="" if says_something else decade,
        asked=wishes,
    )


def render(found: Grounds) -> str:
    """Write grounds in the one format."""
    parts = [f"liked {it.title}, {it.stars}" if it.stars else f"chose {it.title}" for it in found.past]
    if found.shared:
        parts.append(f"shares {', '.join(found.shared)}")
    if found.shared_decade:
        parts.append(f"{'both' if len(found.past) == 1 else 'all'} {found.shared_decade}")
    if own := (*found.own, *([found.own_decade] if found.own_decade else ())):
        parts.append(f"is {', '.join(own)}")
    if found.asked:
        parts.append(f"asked {', '.join(found.asked)}")
    if found.about:
        parts.append(f"about {found.about}")
    return "; ".join(parts)


def parse(text: str) -> Grounds:
    """Read grounds back from evidence: `parse(render(found)) == found`."""
    past: list[Past] = []
    labels: dict[str, tuple[str, ...]] = {}
    for part in _PARTS.split(text):
        if found := _PAST.match(part):
            past.append(Past(found["title"], found["stars"] or ""))
        elif part:
            head, _, rest = part.partition(" ")
            labels[head] = tuple(rest.split(", "))
    own = labels.get("is", ())
    decade = own[-1] if own and is_decade(own[-1]) else ""
    return Grounds(
        past=tuple(past),
        shared=labels.get("shares", ()),
        shared_decade=next(iter(labels.get("both", labels.get("all", ()))), ""),
        own=own[:-1] if decade else own,
        own_decade=decade,
        asked=labels.get("asked", ()),
        about=next(iter(labels.get("about", ())), ""),
    )


def labels_of(item: CatalogItem) -> tuple[str, ...]:
    """An item's attribute values as words; its year stands in the title and its decade apart."""
    labels = [
        spoken((name, value))
        for name, values in item.attributes.items()
        for value in values
        if name != "decade" and is_wish((name, value))
    ]
    return tuple(dict.fromkeys(labels))[:SHOWN_LABELS]


def decade_label(item: CatalogItem) -> str:
    """The decade of an item, "" where unknown."""
    given = item.values("decade") or tuple(decade_of(year) or "" for year in item.values("year"))
    return given[0] if given else ""


def spoken(fact: Fact) -> str:
    """A fact as a label: genres in lower case, other values as they are, refusals with "no"."""
    name, value = fact
    if name.startswith("not "):
        return f"no {spoken((name.removeprefix('not '), value))}"
    return value.lower() if name == "genre" else value


def is_decade(label: str) -> bool:
    """Whether a label is a decade."""
    return _DECADE.match(label) is not None


def _stars(rating: float | None) -> str:
    if rating is None:
        return ""
    half = round(2 * rating) / 2  # of another scale, stretched to ours, nothing finer is meant
    return "1 star" if half == 1 else f"{half:g} stars"
