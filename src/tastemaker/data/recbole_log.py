"""Logs in RecBole's atomic files: NAME.inter, NAME.item and NAME.user in one folder or zip archive.

Fields stand between tabs; each name in the first line carries a type, `rating:float`. A `token_seq` holds words with
spaces between: the title, or the values of an attribute. What else the items and users have becomes their attributes,
but for a `float_seq`: numbers in a row are a vector, no fact.

Format: Zhao et al., "RecBole: Towards a Unified, Comprehensive and Efficient Framework for Recommendation
Algorithms", CIKM 2021.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tastemaker.data.log import COLUMNS, NO_COLUMN, plain
from tastemaker.data.log_formats import columns_of
from tastemaker.data.raw_path import RawPath, files_within, opened
from tastemaker.errors import DataError

LICENCE: Final = "none is stated in this format; use and pass on these files as their source allows."
ITEM_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "item_id": ("item_id",),
    "title": ("title", "movie_title", "item_name", "item_title", "book_title", "name"),
    "text": ("text", "description", "abstract"),
    "year": ("year", "release_year"),
    "genre": ("genre", "genres", "class"),
    "category": ("category", "categories"),
}
"""What files call what; the first that is there counts, and any other column keeps its own name."""
_LIST: Final = "token_seq"
_VECTOR: Final = "float_seq"
_NOTHING_BETWEEN: Final = "\t"


def recbole_fields(paths: Sequence[Path], items: Path | None, encoding: str | None) -> dict[str, Any]:
    """The fields of a `Log` of atomic files.

    Args:
        paths: folders, zip archives, or files that end in `.inter`.
        items: the file of items; by default the one that ends in `.item`, if any.
        encoding: of the files.

    Raises:
        DataError: there are no interactions, or several files of items or users, or names without types.
    """
    files = [file for path in paths for file in _files(path)]
    logs = tuple(file for file in files if file.name.endswith(".inter"))
    if not logs:
        found = ", ".join(file.name for file in files[:8]) or "no file"
        raise DataError(
            f"{', '.join(map(str, paths))}: expected a file that ends in .inter, found {found}. "
            "Pass the folder or zip that holds it."
        )
    names = _typed(logs[0], encoding)
    if "item_id_list" in names:
        raise DataError(f"{logs[0]}: expected one interaction a row, found item_id_list. Pass the .inter file before.")
    columns = {ours: names[ours][0] for ours in COLUMNS if ours in names}
    columns = {"timestamp": NO_COLUMN} | columns
    fields: dict[str, Any] = {"form": "csv", "paths": logs, "columns": columns, "licence": LICENCE}
    described, users = items or _only(files, ".item"), _only(files, ".user")
    if described is not None:
        fields |= _item_fields(described, _typed(described, encoding))
    if users is not None:
        named = {name: column for name, (column, kind) in _typed(users, encoding).items() if kind != _VECTOR}
        fields |= {"users": users, "user_columns": named}
    return fields


def _files(path: Path) -> list[RawPath]:
    """The files of a folder or archive; those beside a file whose names begin alike."""
    place = opened(path)
    if place.is_dir():
        return files_within(place)
    if not path.exists():
        raise DataError(f"{path}: expected a folder, a zip archive or a file, found nothing there. Check the path.")
    name = place.name.partition(".")[0]
    beside = (path.with_name(f"{name}{ending}") for ending in (".item", ".user"))
    return [place, *(file for file in beside if file.is_file())]


def _typed(file: RawPath, encoding: str | None) -> dict[str, tuple[str, str]]:
    """Name of every column -> what stands in the first line, and the type.

    Raises:
        DataError: a name has no type.
    """
    columns = columns_of(file, "csv", encoding)
    bare = [column for column in columns if ":" not in column]
    if bare:
        raise DataError(
            f"{file}: expected names with types, such as user_id:token, found {bare[0]!r}. "
            "Read it with --format csv, or correct its first line."
        )
    return {column.partition(":")[0]: (column, column.partition(":")[2]) for column in columns}


def _item_fields(file: RawPath, names: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    ours = {theirs: name for name, all_of in ITEM_NAMES.items() for theirs in [_first(all_of, names)] if theirs}
    kept = {ours.get(name, name): typed for name, typed in names.items() if typed[1] != _VECTOR}
    return {
        "items": file,
        "item_columns": {name: column for name, (column, _) in kept.items()},
        "between": {name: " " if kind == _LIST else _NOTHING_BETWEEN for name, (_, kind) in kept.items()},
    }


def _first(wanted: Iterable[str], names: Iterable[str]) -> str | None:
    by_plain = {plain(name): name for name in names}
    return next((by_plain[plain(name)] for name in wanted if plain(name) in by_plain), None)


def _only(files: Sequence[RawPath], ending: str) -> RawPath | None:
    found = [file for file in files if file.name.endswith(ending)]
    if len(found) > 1:
        raise DataError(f"expected one file that ends in {ending}, found {found[0]} and {found[1]}. Pass one folder.")
    return found[0] if found else None
