"""The films and books of OpenDialKG: `items.json` maps a number to name, year, genres, people and languages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.film_attributes import film_attributes
from tastemaker.data.json_rows import as_id, as_list, as_object, as_text, as_texts, parse_row, read_entries
from tastemaker.data.text_cleaning import clean_text
from tastemaker.data.titles import is_year

ITEMS: Final = "items.json"
ATTRIBUTES: Final = ("genre", "director", "actor", "writer", "language")
_KINDS: Final = "Film|Comedy|Book|Novel|TV Program|Award-Winning Work"
_QUALIFIER: Final = re.compile(rf" \((?:[^()]* )?(?:{_KINDS})\)(?: #\d+)?$|(?<=\)) #\d+$")
_SUBJECT: Final = re.compile(r"(?: \([^()]*\))?(?: #\d+)?$")


@dataclass(frozen=True)
class Work:
    """One entry of `items.json`."""

    item: CatalogItem
    name: str
    """As published, which is how the turns name it."""


def read_works(files: RawFiles) -> Cleaned[Work]:
    """Read and clean all items.

    Raises:
        DataError: the file is no JSON object, or holds no usable item.
    """
    return clean_rows(files.where(ITEMS), read_entries(files, ITEMS), parse_work, lambda work: work.item.item_id)


def parse_work(fields: Mapping[str, str]) -> Parsed[Work]:
    """Parse one entry of `items.json`; what tells titles of one name apart, "(Horror Film) #15", is cut off.

    Raises:
        RowError: the id is none, there is no name, or a field is of another kind.
    """
    key, value = as_list(parse_row(fields), "entry")
    item_id, known = as_id(key, "item id"), as_object(value, "item")
    name = as_text(known.get("name"), "name")
    cleaned = clean_text(name)
    title = _QUALIFIER.sub("", cleaned.value)
    if not title:
        raise RowError("no name")
    repairs = [*cleaned.repairs, *(() if title == cleaned.value else ("kind of work cut from the title",))]
    year = as_text(known.get("year", ""), "year")
    if year and not is_year(year):
        repairs.append("year is no year")
    named = {each: as_texts(known.get(each, []), each) for each in ATTRIBUTES}
    named["genre"] = tuple(_SUBJECT.sub("", genre) for genre in named["genre"])
    about = film_attributes(year if is_year(year) else None, named)
    item = CatalogItem(item_id, title, "", about.value)
    return Parsed(Work(item, name), tuple(dict.fromkeys((*repairs, *about.repairs))))
