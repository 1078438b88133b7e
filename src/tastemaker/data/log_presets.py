"""Logs whose columns are known by the name of their publisher, so that nobody has to name them.

In: a name and files. Out: what a `Log` is made of; what its owner says beside it counts more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tastemaker.data.log import Log
from tastemaker.data.log_formats import LOG_FORMATS, format_of, log_files
from tastemaker.errors import DataError

Columns = Mapping[str, str]


@dataclass(frozen=True)
class Preset:
    """How a publisher writes logs."""

    form: str
    """Name in `LOG_FORMATS`."""
    columns: tuple[Columns, ...]
    """Our name -> the publisher's, by generation of the files; the first whose columns are all there counts."""
    item_columns: tuple[Columns, ...]
    """Our name, or that of an attribute -> the publisher's; columns that are not there are left out."""
    files: tuple[str, ...] = ()
    """Names of the log's files in a folder; all of the format where none is given."""
    items: str = ""
    """Name of the file of items beside the log; "" where it must be named."""
    rating_scale: tuple[float, float] = (1.0, 5.0)


LOG_PRESETS: Final[Mapping[str, Preset]] = {
    "amazon": Preset(
        form="jsonl",
        columns=(
            {
                **{"user_id": "reviewerID", "item_id": "asin", "rating": "overall", "timestamp": "unixReviewTime"},
                **{"review": "reviewText", "review_title": "summary"},
            },
            {
                **{"user_id": "user_id", "item_id": "parent_asin", "rating": "rating", "timestamp": "timestamp"},
                **{"review": "text", "review_title": "title"},
            },
        ),
        item_columns=(
            {"item_id": "asin", "title": "title", "text": "description", "brand": "brand", "category": "category"},
            {
                "item_id": "parent_asin",
                "title": "title",
                "text": "description",
                "brand": "store",
                "category": "categories",
            },
        ),
    ),
    "movielens": Preset(
        form="csv",
        columns=({"user_id": "userId", "item_id": "movieId", "rating": "rating", "timestamp": "timestamp"},),
        item_columns=({"item_id": "movieId", "title": "title", "genre": "genres"},),
        files=("ratings.csv",),
        items="movies.csv",
        rating_scale=(0.5, 5.0),
    ),
}
"""`amazon`: reviews and metadata of 2014 and 2018, then of 2023 (McAuley et al.). `movielens`: the CSV files of
GroupLens' 10M to 32M and latest-small, in half stars."""


def preset_fields(name: str, paths: Sequence[Path], items: Path | None = None) -> dict[str, Any]:
    """The fields of a `Log` of files that a publisher known by `name` wrote.

    Args:
        name: in `LOG_PRESETS`.
        paths: files, or folders of files.
        items: a file of items; by default the one that stands beside the log, if any.

    Raises:
        DataError: there is no such file, or it has other columns than any generation of such files.
    """
    preset = LOG_PRESETS[name]
    places = tuple(_file(preset, path) for path in paths)
    first = log_files(Log(preset.form, places))[0]
    found = LOG_FORMATS[preset.form].columns(first, None)
    columns = next((each for each in preset.columns if set(each.values()) <= set(found)), None)
    if columns is None:
        wanted = " or ".join(", ".join(each.values()) for each in preset.columns)
        raise DataError(
            f"{first}: expected the columns {wanted}, as {name} has them; found {', '.join(found)}. "
            f"Name yours with --format {preset.form} and --column."
        )
    fields = {"form": preset.form, "paths": places, "columns": columns, "rating_scale": preset.rating_scale}
    items = items or _beside(preset, paths)
    return fields if items is None else fields | {"items": items, "item_columns": _item_columns(preset, items)}


def _file(preset: Preset, path: Path) -> Path:
    """The log in a folder, where it has a name of its own."""
    there = [path / name for name in preset.files if (path / name).is_file()] if path.is_dir() else []
    return there[0] if there else path


def _beside(preset: Preset, paths: Sequence[Path]) -> Path | None:
    folders = (path if path.is_dir() else path.parent for path in paths)
    return next(
        (folder / preset.items for folder in folders if preset.items and (folder / preset.items).is_file()), None
    )


def _item_columns(preset: Preset, items: Path) -> dict[str, str]:
    if not items.is_file():
        return {}
    found = set(LOG_FORMATS[format_of(items, preset.form)].columns(items, None))
    most = max(preset.item_columns, key=lambda columns: len(found & set(columns.values())))
    return {ours: theirs for ours, theirs in most.items() if theirs in found}
