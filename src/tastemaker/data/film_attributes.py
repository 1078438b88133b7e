"""What is known of a film beside its title and plot, under the names that every reader gives it."""

from collections.abc import Iterable, Mapping

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.cleaning import Parsed
from tastemaker.data.text_cleaning import clean_text
from tastemaker.data.titles import split_year
from tastemaker.data.vocabulary import decade_of


def film_attributes(year: str | None, named: Mapping[str, Iterable[str]]) -> Parsed[dict[str, tuple[str, ...]]]:
    """The attributes of an item: year and decade, then what is `named`; every value cleaned, and once.

    Args:
        year: four digits, or None where it is not known.
        named: raw values by name: `genre`, `director`, `actor`, `writer`, `language`.

    >>> film_attributes("1995", {"genre": ["Crime", "Crime "], "actor": [""]}).value
    {'year': ('1995',), 'decade': ('1990s',), 'genre': ('Crime',)}
    """
    decade = decade_of(year) if year else None
    attributes: dict[str, tuple[str, ...]] = {"year": (year,), "decade": (decade,)} if year and decade else {}
    repairs: list[str] = []
    for name, values in named.items():
        cleaned = [clean_text(value) for value in values]
        repairs += (repair for each in cleaned for repair in each.repairs)
        if kept := tuple(dict.fromkeys(each.value for each in cleaned if each.value)):
            attributes[name] = kept
    return Parsed(attributes, tuple(dict.fromkeys(repairs)))


def film_of_title(item_id: str, title: str) -> CatalogItem:
    """A film of which the title alone is known, with its year where the title ends in one."""
    return CatalogItem(item_id, title, attributes=film_attributes(split_year(title)[1], {}).value)
