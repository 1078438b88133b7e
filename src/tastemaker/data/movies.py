"""The data set `movies`: MovieLens 100K's ratings, OMDb's plots and people, and ReDial's dialogues, over one catalog.

In: a folder (or zip) that holds the folders `movielens-100k`, with `omdb_metadata.jsonl` in it, and `redial`. Films of
ReDial that MovieLens knows too are one item, found by IMDb id, then by title and year (`film_links.py`); the others
stay, as items without interactions, under `redial:ID`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import polars as pl

from tastemaker.data import movielens_100k, redial
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dialogues import MENTION, mention
from tastemaker.data.files import RawFiles
from tastemaker.data.film_links import Links, NamedFilm, link_films
from tastemaker.data.omdb import OMDB, FilmRecord, read_records
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.redial_movies import read_movies
from tastemaker.data.schema import OPINIONS
from tastemaker.errors import DataError

RATINGS: Final = "movielens-100k"
DIALOGUES: Final = "redial"
LICENCE: Final = f"{movielens_100k.LICENCE} Plots and people are OMDb's: for local use. {redial.LICENCE}"


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Paths of the files that are read.

    Raises:
        DataError: a folder or file is missing.
    """
    of_ratings, of_dialogues = files.below(RATINGS), files.below(DIALOGUES)
    if not of_ratings.has(OMDB):
        found = ", ".join(sorted(files.members)[:8]) or "no file"
        raise DataError(
            f"{files.place}: expected {RATINGS}/{OMDB}, one film's plot and people a line, found {found}. "
            f"Pass --source with the folder that holds {RATINGS} and {DIALOGUES}, or prepare movielens-100k alone."
        )
    names = (*movielens_100k.needed_files(of_ratings), OMDB)
    return (
        *(of_ratings.members[name] for name in names),
        *(of_dialogues.members[name] for name in redial.needed_files(of_dialogues)),
    )


def read(files: RawFiles) -> RawTables:
    """Read, clean and join.

    Raises:
        DataError: a file is missing, empty or damaged, or holds no usable row.
    """
    ratings, talks = movielens_100k.read(files.below(RATINGS)), redial.read(files.below(DIALOGUES))
    films = Catalog.from_table(ratings.tables["items"])
    records = read_records(files.below(RATINGS), {film.item_id: film.title for film in films})
    told = {record.item_id: record for record in records.values}
    imdb_ids = {movie.item.item_id: movie.imdb_id for movie in read_movies(files.below(DIALOGUES)).values}
    movies = Catalog.from_table(talks.tables["items"])
    links = link_films(
        (NamedFilm(movie.item_id, movie.title, imdb_ids.get(movie.item_id, "")) for movie in movies),
        (
            NamedFilm(film.item_id, film.title, told[film.item_id].imdb_id if film.item_id in told else "")
            for film in films
        ),
    )
    names = {movie.item_id: links.all.get(movie.item_id, f"{DIALOGUES}:{movie.item_id}") for movie in movies}
    tables = {
        **ratings.tables,
        "items": Catalog((*_told(films, told), *_untold(movies, links, names))).to_table(),
        "dialogues": renamed(talks.tables["dialogues"], names),
    }
    return RawTables(tables, (*ratings.cleaned, records, *talks.cleaned), joined=_counts(links))


def renamed(dialogues: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Dialogues that speak of items by the ids in `names`."""

    def renamed_text(text: str) -> str:
        return MENTION.sub(lambda found: mention(names[found["item_id"]]), text)

    opinions = (pl.col(column).list.eval(pl.element().replace_strict(names)) for column in OPINIONS)
    return dialogues.with_columns(pl.col("text").map_elements(renamed_text, return_dtype=pl.String), *opinions)


def _told(films: Iterable[CatalogItem], told: Mapping[str, FilmRecord]) -> Iterable[CatalogItem]:
    """Every film of MovieLens, with plot and people where they are known."""
    for film in films:
        record = told.get(film.item_id)
        if record is None:
            yield film
            continue
        people = {name: names for name, names in record.people.items() if names}
        yield replace(film, text=record.plot, attributes={**film.attributes, **people})


def _untold(movies: Iterable[CatalogItem], links: Links, names: Mapping[str, str]) -> Iterable[CatalogItem]:
    """Every film of ReDial that MovieLens does not know."""
    linked = links.all
    return (replace(movie, item_id=names[movie.item_id]) for movie in movies if movie.item_id not in linked)


def _counts(links: Links) -> dict[str, int]:
    return {
        "films of dialogues": sum(map(len, (links.all, links.ambiguous, links.unmatched))),
        "matched by IMDb id": len(links.by_imdb_id),
        "matched by title and year": len(links.by_title),
        "ambiguous, kept apart": len(links.ambiguous),
        "unmatched, kept without interactions": len(links.unmatched),
    }


COUNTS: Final = {"interactions": 100_000, "users": 943}
READER: Final = Reader(
    wheel=None, licence=LICENCE, counts=COUNTS, needed=needed_files, read=read, folders=(RATINGS, DIALOGUES)
)
