"""Interaction logs in Parquet: values of any type are read as text, times as seconds, lists with `|` between."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tastemaker.data.log_chunk import LogChunk, LogFormat
from tastemaker.data.raw_path import RawPath
from tastemaker.errors import DataError

ROWS: Final = 500_000
"""Of a chunk."""


def parquet_columns(path: RawPath, encoding: str | None = None) -> tuple[str, ...]:
    """Names of the columns.

    Raises:
        DataError: it is no whole Parquet file.
    """
    try:
        return tuple(pl.read_parquet_schema(_on_disk(path)))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _unreadable(path, error) from None


def parquet_chunks(path: RawPath, columns: Sequence[str], encoding: str | None = None) -> Iterator[LogChunk]:
    """Yield all rows, counted from 1; Parquet knows its own encoding.

    Raises:
        DataError: a part of the file cannot be read.
    """
    try:
        whole = pl.scan_parquet(_on_disk(path))
        schema, count = whole.collect_schema(), int(whole.select(pl.len()).collect().item())
        texts = [_as_text(path, name, schema[name]) for name in columns]
        for start in range(0, count, ROWS):
            table = whole.select(texts).slice(start, ROWS).collect()
            rows = pl.Series(range(start + 1, start + len(table) + 1), dtype=pl.UInt32)
            yield LogChunk(table, rows, (start + len(table)) / count)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _unreadable(path, error) from None


def _as_text(path: RawPath, name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Duration | pl.Object):
        raise DataError(f"{path}: expected column {name!r} of texts, numbers or times, found {dtype}. Convert it.")
    if isinstance(dtype, pl.Binary):
        return column.map_batches(_text_of_bytes, return_dtype=pl.String)
    if isinstance(dtype, pl.Datetime):
        return column.dt.epoch("s").cast(pl.String)
    if isinstance(dtype, pl.Date):
        return column.cast(pl.String)
    if dtype.is_float():
        is_whole = (column == column.round()).fill_null(False) & column.is_between(-(2**53), 2**53)
        return (
            pl.when(is_whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.cast(pl.String))
            .alias(name)
        )
    if dtype.is_nested():
        return column.map_batches(_json_of_values, return_dtype=pl.String)
    return column.cast(pl.String, strict=False)


def _text_of_bytes(values: pl.Series) -> pl.Series:
    texts = [None if value is None else value.decode("utf-8", errors="replace") for value in values]
    return pl.Series(values.name, texts, dtype=pl.String)


def _json_of_values(values: pl.Series) -> pl.Series:
    """Polars cannot write every type as JSON."""
    texts = [
        None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
        for value in values.to_list()
    ]
    return pl.Series(values.name, texts, dtype=pl.String)


def _on_disk(path: RawPath) -> Path:
    if isinstance(path, Path):
        return path
    raise DataError(f"{path}: expected a Parquet file on disk, found one in an archive. Unpack it first.")


def _unreadable(path: RawPath, error: Exception) -> DataError:
    return DataError(f"{path}: expected a Parquet file, found one that cannot be read ({error}). Get it again.")


FORMAT: Final = LogFormat((".parquet",), parquet_columns, parquet_chunks)
