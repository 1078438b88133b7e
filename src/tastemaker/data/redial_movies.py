"""The films that ReDial's dialogues are about: `movies.json` maps a movie id to title, plot, genres and people."""

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
from tastemaker.data.titles import split_year

MOVIES: Final = "movies.json"
ATTRIBUTES: Final = {"genre": "genre", "director": "director", "star": "actor", "writer": "writer"}
"""Our names by those of `movies.json`."""


@dataclass(frozen=True)
class Movie:
    """One entry of `movies.json`."""

    item: CatalogItem
    imdb_id: str
    """`tt0109830`, "" where unknown; not unique."""


def read_movies(files: RawFiles) -> Cleaned[Movie]:
    """Read and clean all films.

    Raises:
        DataError: the file is no JSON object, or holds no usable film.
    """
    return clean_rows(files.where(MOVIES), read_entries(files, MOVIES), parse_movie, lambda each: each.item.item_id)


def parse_movie(fields: Mapping[str, str]) -> Parsed[Movie]:
    """Parse one entry of `movies.json`.

    Raises:
        RowError: the id is none, there is no title, or a field is of another kind.
    """
    key, value = as_list(parse_row(fields), "entry")
    item_id, known = as_id(key, "movie id"), as_object(value, "movie")
    title = clean_text(as_text(known.get("name"), "name"))
    if not title.value:
        raise RowError("no title")
    plot = clean_text(as_text(known.get("plot", ""), "plot"))
    named = {ours: as_texts(known.get(theirs, []), theirs) for theirs, ours in ATTRIBUTES.items()}
    named["genre"] = tuple(_capitalised(genre) for genre in named["genre"])
    about = film_attributes(split_year(title.value)[1], named)
    item = CatalogItem(item_id, title.value, plot.value, about.value)
    imdb_id = as_text(known.get("imdb_id", ""), "imdb_id")
    return Parsed(Movie(item, imdb_id), tuple(dict.fromkeys(title.repairs + plot.repairs + about.repairs)))


def _capitalised(genre: str) -> str:
    """As MovieLens writes it: "sci-fi" is "Sci-Fi"."""
    return genre.title().replace("-Tv", "-TV")
