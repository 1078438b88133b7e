"""Reading and writing the files of a data set folder; nothing is left half written."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from tastemaker.data.raw_path import RawPath, open_bytes
from tastemaker.data.schema import (
    DIALOGUE_COLUMNS,
    INTERACTION_COLUMNS,
    ITEM_COLUMNS,
    SUMMARY_COLUMNS,
    USER_COLUMNS,
)
from tastemaker.errors import DataError

TABLES: Mapping[str, Mapping[str, Any]] = {
    "items": ITEM_COLUMNS,
    "interactions": INTERACTION_COLUMNS,
    "users": USER_COLUMNS,
    "dialogues": DIALOGUE_COLUMNS,
    "summaries": SUMMARY_COLUMNS,
}
FORMAT_VERSION = 2
ADDED: Mapping[str, tuple[str, ...]] = {"dialogues": ("unsaid",)}
"""Columns that version 1 has not; of such a data set they are read as null."""


@dataclass(frozen=True)
class DataSetInfo:
    """What `dataset.json` says: where the data come from, under which licence, and what cleaning did."""

    name: str
    source: str
    licence: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """users, items, interactions."""
    cleaning: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Per raw table: rows read, repaired and rejected, and how many for each reason."""
    checksums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of every table."""
    source_checksums: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of every raw file."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """How an interaction log was to be read; empty for other sources."""
    seed: int = 0
    """What the order of items and of equal timestamps was drawn with."""
    version: int = FORMAT_VERSION


def read_info(folder: Path) -> DataSetInfo:
    """Read `dataset.json`.

    Raises:
        DataError: the folder is no data set, or one of a newer version.
    """
    path = folder / "dataset.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{folder}: expected a data set folder with a dataset.json, found none. "
            f"Make one with `tastemaker prepare SOURCE --out {folder}`."
        ) from None
    except (OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected JSON, found {error}. Prepare the data set again.") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("version"), int):
        raise DataError(
            f"{path}: expected an object with a version, found {_shown(fields)}. Prepare the data set again."
        )
    if fields["version"] > FORMAT_VERSION:
        raise DataError(
            f"{path}: expected version {FORMAT_VERSION} or older, found {fields['version']}, written by a newer "
            "tastemaker. Upgrade it, or prepare the data set again."
        )
    missing = [key for key in ("name", "source", "licence") if key not in fields]
    if missing:
        raise DataError(f"{path}: expected {', '.join(missing)}, found {_shown(fields)}. Prepare the data set again.")
    return DataSetInfo(**{key: value for key, value in fields.items() if key in DataSetInfo.__dataclass_fields__})


def has_same_tables(one: Path, other: Path) -> bool:
    """Whether two data set folders hold the same; of one that is gone it is taken for granted."""
    if one.resolve() == other.resolve() or not all((folder / "dataset.json").exists() for folder in (one, other)):
        return True
    return read_info(one).checksums == read_info(other).checksums


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read one table and check its columns.

    Raises:
        DataError: the file is missing or no Parquet file, or a column is missing or of another type.
    """
    path = folder / f"{name}.parquet"
    try:
        table = pl.read_parquet(path)
    except FileNotFoundError:
        raise DataError(f"{folder}: expected {path.name}, found no such file. Prepare the data set again.") from None
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise DataError(
            f"{path}: expected a Parquet file, found one that cannot be read ({error}). Prepare the data set again."
        ) from None
    added = [pl.lit(None, TABLES[name][it]).alias(it) for it in ADDED.get(name, ()) if it not in table.columns]
    table = table.with_columns(added)
    for column, dtype in TABLES[name].items():
        if column not in table.columns:
            raise DataError(f"{path}: expected a column {column!r}, found {', '.join(table.columns)}.")
        if table.schema[column] != dtype:
            raise DataError(f"{path}: expected column {column!r} as {dtype}, found {table.schema[column]}.")
    return table


def write_dataset(folder: Path, tables: Mapping[str, pl.DataFrame], info: DataSetInfo, rejected: list[Any]) -> None:
    """Write all tables, `dataset.json` and `rejected.jsonl` beside `folder`, then put them in its place.

    Raises:
        DataError: the disk is full, or the place cannot be written or holds something else than a data set.
    """
    with written_beside(folder) as beside:
        for name, table in tables.items():
            table.select(list(TABLES[name])).write_parquet(beside / f"{name}.parquet")
        write_account(beside, info, rejected)


@contextmanager
def written_beside(folder: Path) -> Iterator[Path]:
    """A new folder for the files of a data set, put in the place of `folder` once the block is done.

    Raises:
        DataError: the disk is full, or the place cannot be written or holds something else than a data set.
    """
    folder = folder.resolve()
    _check_place(folder)
    beside = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        yield beside
        replace_folder(beside, folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(
            f"{folder}: could not write the data set ({error}). Free some space or pass another --out."
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_account(beside: Path, info: DataSetInfo, rejected: Iterable[Any]) -> None:
    """Write `dataset.json`, with the checksums of the tables that are there, and `rejected.jsonl`."""
    checksums = {path.name: file_checksum(path) for path in sorted(beside.glob("*.parquet"))}
    fields = asdict(info) | {"checksums": checksums}
    (beside / "dataset.json").write_text(json.dumps(fields, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with (beside / "rejected.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rejected)


def _check_place(folder: Path) -> None:
    """Never replace what is not ours."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: expected a folder for the data set, found a file. Pass another --out.")
    if folder.exists() and not (folder / "dataset.json").exists() and any(folder.iterdir()):
        raise DataError(
            f"{folder}: expected an empty folder or a data set to replace, found other files. Pass another --out."
        )


def replace_folder(new: Path, place: Path) -> None:
    """Put the finished folder `new` at `place`; what stood there before goes only once the new one stands."""
    old = place.with_name(f".{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.replace(old)
    new.replace(place)
    shutil.rmtree(old, ignore_errors=True)


def _shown(fields: object) -> str:
    return f"the keys {', '.join(map(str, fields))}" if isinstance(fields, dict) else type(fields).__name__


def file_checksum(path: RawPath) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with open_bytes(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
