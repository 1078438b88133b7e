"""An item as text alone: its title and attributes by name, for tasks that its vector would tell the rest.

`Heat. year: 1995; decade: 1990s; genre: Action, Crime; director: Michael Mann`
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.title_forms import printed_title
from tastemaker.data.titles import split_year
from tastemaker.data.vocabulary import UNKNOWN_VALUES

MOST_VALUES: Final = 4
"""Most values of one attribute."""

Shown = Mapping[str, tuple[str, ...]]
"""Values by attribute, in the order of the item."""


def shown_values(item: CatalogItem) -> Shown:
    """What is known of an item, at most `MOST_VALUES` of each attribute."""
    known = {
        name: tuple(value for value in values if value.casefold() not in UNKNOWN_VALUES)[:MOST_VALUES]
        for name, values in item.attributes.items()
    }
    return {name: values for name, values in known.items() if values}


def title_alone(item: CatalogItem) -> str:
    """The title as printed, but for its year, which is an attribute; "" where there is no title."""
    return split_year(printed_title(item))[0] if item.title else ""


def sheet(title: str, values: Shown) -> str:
    """Title and values as one line; either may be missing."""
    facts = "; ".join(f"{name}: {', '.join(each)}" for name, each in values.items())
    return ". ".join(part for part in (title, facts) if part)


def sheet_lines(title: str, values: Shown) -> str:
    """Title and values in a line each. The next begins with a space: so a name is the same tokens as in a question."""
    lines = ([f"{title}\n"] if title else []) + [f"{name}: {line_of(each)}" for name, each in values.items()]
    return " ".join(lines)


def line_of(values: Sequence[str]) -> str:
    """The values of one attribute up to the end of their line: who copies them reads there where they end."""
    return f"{', '.join(values)}\n"
