"""What OMDb says of films: plot, people and IMDb id by the film's id, one JSON object a line.

A record can describe another work of the same name, such as a remake or a series: one whose title and year do not fit
the film's is rejected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import as_id, as_object, as_text, parse_row, read_lines
from tastemaker.data.text_cleaning import clean_text
from tastemaker.data.titles import split_year
from tastemaker.data.works import may_be_same_work

OMDB: Final = "omdb_metadata.jsonl"
_PEOPLE: Final = {"director": "Director", "actor": "Actors", "writer": "Writer"}
"""OMDb's names by ours."""
_UNKNOWN: Final = "N/A"
_IN_BRACKETS: Final = re.compile(r"\s*\([^()]*\)")
_YEAR: Final = re.compile(r"\d{4}")


@dataclass(frozen=True)
class FilmRecord:
    """What is known of one film."""

    item_id: str
    imdb_id: str
    """`tt0114709`."""
    plot: str
    """"" where there is none."""
    people: Mapping[str, tuple[str, ...]]
    """Names by `director`, `actor` and `writer`."""


def read_records(files: RawFiles, titles: Mapping[str, str]) -> Cleaned[FilmRecord]:
    """Read the records of the films whose titles, with their years, are given by id.

    Raises:
        DataError: the file is missing or empty, or holds no usable record.
    """
    return clean_rows(
        files.where(OMDB), read_lines(files, OMDB), partial(parse_record, titles), lambda record: record.item_id
    )


def parse_record(titles: Mapping[str, str], fields: Mapping[str, str]) -> Parsed[FilmRecord]:
    """Parse one line.

    Raises:
        RowError: it is of no film in `titles`, holds nothing, or describes another work.
    """
    row = as_object(parse_row(fields), "line")
    item_id = as_id(row.get("movie_id"), "movie_id")
    if item_id not in titles:
        raise RowError("no such film")
    found = as_object(row.get("omdb"), "omdb")
    if found.get("Response") != "True":
        raise RowError("OMDb found nothing")
    known = {name: as_text(found.get(name, _UNKNOWN), name) for name in ("Title", "Year", "Plot", *_PEOPLE.values())}
    title, year = split_year(titles[item_id])
    first = _YEAR.match(known["Year"])
    if not may_be_same_work(title, year, known["Title"], first and first[0]):
        raise RowError("describes another work")
    plot = clean_text("" if known["Plot"] == _UNKNOWN else known["Plot"])
    people = {ours: _names(known[theirs]) for ours, theirs in _PEOPLE.items()}
    return Parsed(FilmRecord(item_id, as_id(found.get("imdbID"), "imdbID"), plot.value, people), plot.repairs)


def _names(text: str) -> tuple[str, ...]:
    """The names in a list of them, once each; what they did stands in brackets behind them."""
    names = (name.strip() for name in _IN_BRACKETS.sub("", text).split(","))
    return tuple(dict.fromkeys(name for name in names if name and name != _UNKNOWN))
