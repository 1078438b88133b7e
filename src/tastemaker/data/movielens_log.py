"""MovieLens in every layout that GroupLens published, as a log: which one it is, the names of the files tell.

In: a folder or zip archive, or the file of ratings in it. Out: the fields of a `Log`. Films, users and ratings are
read, links and tags are not. Half stars, .5 to 5, are stretched over 1 to 5 as any scale is: 1 + (stars - .5) * 8 / 9.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tastemaker.data.log_formats import columns_of, format_of
from tastemaker.data.raw_path import RawPath, files_within, opened
from tastemaker.data.schema import RATING_SCALE
from tastemaker.errors import DataError

LICENCE: Final = (
    "MovieLens by GroupLens Research, University of Minnesota, under the terms in the README of the files: for "
    'research, no commercial use without permission. Cite F. M. Harper and J. A. Konstan, "The MovieLens Datasets: '
    'History and Context", ACM Transactions on Interactive Intelligent Systems 5(4), 2015.'
)
HALF_STARS: Final = (0.5, 5.0)


@dataclass(frozen=True)
class Edition:
    """One layout."""

    ratings: str
    films: str
    users: str = ""
    """"" where nothing is known of them."""
    rating_scale: tuple[float, float] = RATING_SCALE


EDITIONS: Final = (
    Edition("ratings.csv", "movies.csv", rating_scale=HALF_STARS),
    Edition("u.data", "u.item", "u.user"),
    Edition("ratings.dat", "movies.dat", "users.dat"),
    Edition("ratings.dat", "movies.dat", rating_scale=HALF_STARS),
)
"""20M to 32M and latest, 100K, 1M, 10M; the first that is there counts."""
_RATING: Final = ("user_id", "item_id", "rating", "timestamp")
_VIEWER: Final = ("user_id", "age", "gender", "occupation", "zip_code")
_IN_CSV: Final = {"user_id": "userId", "item_id": "movieId"}


def movielens_fields(paths: Sequence[Path], items: Path | None, encoding: str | None) -> dict[str, Any]:
    """The fields of a `Log` of MovieLens.

    Args:
        paths: one folder, zip archive, or file of ratings.
        items: a file of films; by default the one beside the ratings, if any.
        encoding: of the files.

    Raises:
        DataError: there is no such file, or it has other columns.
    """
    if len(paths) != 1:
        raise DataError(f"expected the one folder, zip or file of MovieLens, found {', '.join(map(str, paths))}.")
    ratings, edition, beside = _found(paths[0])
    form = "csv" if edition is EDITIONS[0] else "headerless"
    columns = _names(_RATING, form)
    found = columns_of(ratings, form, encoding)
    if not set(columns.values()) <= set(found):
        raise DataError(
            f"{ratings}: expected the columns {', '.join(columns.values())}, as movielens has them; found "
            f"{', '.join(found)}. Name yours with --format csv and --column."
        )
    fields: dict[str, Any] = {
        "form": form,
        "paths": (ratings,),
        "columns": columns,
        "rating_scale": edition.rating_scale,
        "licence": LICENCE,
    }
    films, users = items or beside.get(edition.films), beside.get(edition.users)
    if films is not None:
        fields |= {"items": films, "item_columns": _film_columns(films, form, encoding), "films": True}
    if users is not None:
        fields |= {"users": users, "user_columns": _names(_VIEWER, form)}
    return fields


def _found(path: Path) -> tuple[RawPath, Edition, dict[str, RawPath]]:
    """The file of ratings, its layout, and the files beside it by name."""
    place = opened(path)
    if not path.exists():
        raise DataError(f"{path}: expected a folder, a zip archive or a file, found nothing there. Check the path.")
    files = _by_name(files_within(place) if place.is_dir() else [], path)
    if isinstance(place, Path) and place.is_file():
        files = _by_name(files_within(place.parent), path) | {_name(place): place}
        other = not any(edition.ratings == _name(place) for edition in EDITIONS)
        files |= {EDITIONS[0].ratings: place} if other else {}
    for edition in EDITIONS:
        if edition.ratings in files and (not edition.users or edition.users in files):
            return files[edition.ratings], edition, files
    wanted = " or ".join(dict.fromkeys(edition.ratings for edition in EDITIONS))
    found = ", ".join(list(files)[:8]) or "no file"
    raise DataError(f"{path}: expected {wanted}, found {found}. Pass the folder or zip that holds it.")


def _by_name(files: Iterable[RawPath], path: Path) -> dict[str, RawPath]:
    named: dict[str, RawPath] = {}
    for file in files:
        if _name(file) in named:
            raise DataError(
                f"{path}: expected one {_name(file)}, found {named[_name(file)]} and {file}. Pass one folder."
            )
        named[_name(file)] = file
    return named


def _name(file: RawPath) -> str:
    return file.name.removesuffix(".gz")


def _names(ours: Iterable[str], form: str) -> dict[str, str]:
    return {name: _IN_CSV.get(name, name) if form == "csv" else name for name in ours}


def _film_columns(films: RawPath, form: str, encoding: str | None) -> dict[str, str]:
    found = columns_of(films, format_of(films, form), encoding) if films.is_file() else ()
    wanted = _names(("item_id", "title"), form) | {"genre": "genres"}
    return {ours: theirs for ours, theirs in wanted.items() if theirs in found}
