"""Films, ratings and users of MovieLens as values, from the fields of a raw row, and as tables.

The same values come from every layout of the files, so that one data set has one form.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import ftfy
import polars as pl

from tastemaker.data.cleaning import Parsed
from tastemaker.data.delimited import RowError
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS, RATING_SCALE, USER_COLUMNS
from tastemaker.data.titles import natural_title, split_year

NO_TITLE: Final = "Unknown title"
PLACEHOLDERS: Final = ("unknown", "unkonwn", "")
"""What stands where a film's title or genre is not known, misspelt in one layout."""

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Film:
    """One item; `title` is in natural order, with the year."""

    item_id: str
    title: str
    year: str | None
    genres: tuple[str, ...]


@dataclass(frozen=True)
class Rating:
    """One interaction."""

    user_id: str
    item_id: str
    stars: float
    timestamp: int


@dataclass(frozen=True)
class Viewer:
    """One user; `attributes` are (name, value) pairs."""

    user_id: str
    attributes: tuple[tuple[str, str], ...]


def parse_film(item_id: str, title: str, genres: Iterable[str]) -> Parsed[Film]:
    """Make a film of a raw title ("Ice Storm, The (1997)"); a film without one is kept, as it has ratings."""
    number = _whole(item_id, "item id")
    known = tuple(genre for genre in genres if genre.lower() not in PLACEHOLDERS)
    fixed = ftfy.fix_text(title)
    repairs = ("text repaired",) if fixed != title else ()
    shown, year = film_title(fixed.strip())
    return Parsed(Film(number, shown, year, known), (*repairs, "no title") if _is_unknown(fixed) else repairs)


def film_title(raw: str) -> tuple[str, str | None]:
    """A title in natural order with its year, and the year.

    >>> film_title("Ice Storm, The (1997)")
    ('The Ice Storm (1997)', '1997')
    """
    name, year = split_year(raw)
    shown = NO_TITLE if _is_unknown(raw) else natural_title(name)
    return f"{shown} ({year})" if year and not _is_unknown(raw) else shown, year


def film_era(year: str | None) -> list[dict[str, str]]:
    """The attributes that follow from a film's year."""
    return [_pair("year", year), _pair("decade", f"{year[:3]}0s")] if year else []


def rating_parser(items: frozenset[str]) -> Callable[[Fields], Parsed[Rating]]:
    """Parse the fields user_id, item_id, rating and timestamp of a rating of one of `items`."""

    def parse(fields: Fields) -> Parsed[Rating]:
        user, item = _whole(fields["user_id"], "user id"), _whole(fields["item_id"], "item id")
        if item not in items:
            raise RowError("no such item")
        return Parsed(Rating(user, item, _stars(fields["rating"]), int(_whole(fields["timestamp"], "timestamp"))))

    return parse


def parse_viewer(fields: Fields) -> Parsed[Viewer]:
    """Parse the fields user_id, age, gender, occupation and zip_code."""
    named = ((name, fields[name].strip()) for name in ("age", "gender", "occupation", "zip_code"))
    return Parsed(Viewer(_whole(fields["user_id"], "user id"), tuple((name, value) for name, value in named if value)))


def item_table(films: Iterable[Film]) -> pl.DataFrame:
    """The columns of `items.parquet`; a film's attributes are year, decade and genres."""
    rows = [(film.item_id, film.title, "", _pairs(film), None) for film in films]
    return pl.DataFrame(rows, schema=pl.Schema(ITEM_COLUMNS), orient="row")


def interaction_table(ratings: Iterable[Rating]) -> pl.DataFrame:
    """The columns of `interactions.parquet`."""
    rows = [(r.user_id, r.item_id, r.timestamp, "rating", r.stars, None, None) for r in ratings]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


def user_table(viewers: Iterable[Viewer]) -> pl.DataFrame:
    """The columns of `users.parquet`."""
    rows = [(viewer.user_id, [_pair(*pair) for pair in viewer.attributes]) for viewer in viewers]
    return pl.DataFrame(rows, schema=pl.Schema(USER_COLUMNS), orient="row")


def _pairs(film: Film) -> list[dict[str, str]]:
    return film_era(film.year) + [_pair("genre", genre) for genre in film.genres]


def _is_unknown(title: str) -> bool:
    return split_year(title.strip())[0].lower() in PLACEHOLDERS


def _pair(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value}


def _whole(text: str, what: str) -> str:
    """A whole number in its shortest form; `881250949.0` counts as one."""
    digits = text.strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise RowError(f"{what} is not a whole number")
    return str(int(digits))


def _stars(text: str) -> float:
    low, high = RATING_SCALE
    try:
        stars = float(text)
    except ValueError:
        raise RowError("rating is not a number") from None
    if not low <= stars <= high:
        raise RowError(f"rating out of {low:g}..{high:g}")
    return stars
