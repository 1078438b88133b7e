"""From what a person types, an id or a title, to a catalog row."""

import difflib
from collections.abc import Sequence

from tastemaker.data.catalog import Catalog
from tastemaker.data.judged import spelt
from tastemaker.data.title_forms import printed_title
from tastemaker.data.titles import natural_title
from tastemaker.errors import RequestError


def find_item(catalog: Catalog, words: str) -> int:
    """Row of the item with this id, or with this title, upper or lower case, with or without its year.

    An article may stand in front or behind a comma: "The Godfather" or "Godfather, The".

    Raises:
        RequestError: no item has it, with the closest titles; or several have, with their ids.
    """
    words = words if words in catalog.rows else spelt(words)
    if words in catalog.rows:
        return catalog.rows[words]
    wanted = _plain(natural_title(words.title()))
    rows = [row for row, item in enumerate(catalog) if words == printed_title(item)] or [
        row
        for row, item in enumerate(catalog)
        if {wanted, _plain(words)} & {_plain(printed_title(item)), _without_year(printed_title(item))}
    ]
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise RequestError(
            f"{words!r} is the title of {len(rows)} items: {_listed(catalog, rows)}. Pass the id instead."
        )
    close = _closest(catalog, wanted)
    hint = f"Did you mean {_listed(catalog, close)}?" if close else "Pass an item's id or its title."
    raise RequestError(f"no item has the id or the title {words!r}. {hint}")


def _closest(catalog: Catalog, wanted: str) -> list[int]:
    """Rows whose title contains the words, else is spelled alike; at most five."""
    titles = [_plain(printed_title(item)) for item in catalog]
    within = [row for row, title in enumerate(titles) if wanted and wanted in title]
    if within:
        return within[:5]
    rows = {title: row for row, title in enumerate(titles)} | {
        _without_year(printed_title(item)): row for row, item in enumerate(catalog)
    }
    return list(dict.fromkeys(rows[title] for title in difflib.get_close_matches(wanted, rows, 5, 0.7)))


def _listed(catalog: Catalog, rows: Sequence[int]) -> str:
    return ", ".join(f"{printed_title(catalog[row])} [id {catalog[row].item_id}]" for row in rows)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def _without_year(title: str) -> str:
    plain = _plain(title)
    return plain[:-7] if plain.endswith(")") and plain[-6:-5] == "(" else plain
