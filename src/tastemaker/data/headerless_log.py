"""Logs of MovieLens 100K, 1M and 10M: no names in the first line, no quotes; what a column is, the file's name tells.

The genres of `u.item`, a column of 0 or 1 each, are given as one column with `|` between, as `movies.dat` has them.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from tastemaker.data.chunks import ByteChunk, byte_chunks, last_line
from tastemaker.data.cleaning import Finding
from tastemaker.data.delimited import Layout
from tastemaker.data.encodings import NOT_UTF8, decoded
from tastemaker.data.log_chunk import SHOWN, LogChunk, LogFormat, torn_chunk
from tastemaker.data.movielens_100k import GENRES, GROUPLENS
from tastemaker.data.raw_path import RawPath
from tastemaker.errors import DataError

LAYOUTS: Final = {
    layout.file: layout
    for layout in (
        *GROUPLENS,
        Layout("ratings.dat", "::", ("user_id", "item_id", "rating", "timestamp")),
        Layout("movies.dat", "::", ("item_id", "title", "genres")),
        Layout("users.dat", "::", ("user_id", "gender", "age", "occupation", "zip_code")),
    )
}
"""By name of the file."""
_FLAGS: Final = "genres"


def headerless_columns(path: RawPath, encoding: str | None = None) -> tuple[str, ...]:
    """Names of the columns.

    Raises:
        DataError: it is no file of MovieLens.
    """
    columns = _layout(path).columns
    return (*columns, _FLAGS) if GENRES[0] in columns else columns


def headerless_chunks(path: RawPath, columns: Sequence[str], encoding: str | None = None) -> Iterator[LogChunk]:
    """Yield all rows that have as many fields as they should; the others are told of."""
    layout = _layout(path)
    for chunk in byte_chunks(path, last_line, encoding=encoding):
        if chunk.is_torn:
            yield torn_chunk(columns, layout.file, chunk.line, chunk.content)
        else:
            yield _parsed(chunk, layout, columns)


def _parsed(chunk: ByteChunk, layout: Layout, columns: Sequence[str]) -> LogChunk:
    text, is_latin = _lines(chunk.content)
    lines = pl.DataFrame({"text": text, "is_latin": is_latin}).with_columns(
        row=pl.int_range(chunk.line, chunk.line + len(text), dtype=pl.UInt32),
        fields=pl.col("text").str.split(layout.separator),
    )
    lines = lines.filter(pl.col("text").str.strip_chars() != "")
    wanted = len(layout.columns)
    whole = lines.filter(pl.col("fields").list.len() == wanted)
    broken = [
        Finding(layout.file, row, f"expected {wanted} fields, found {len(fields)}", text[:SHOWN])
        for text, row, fields in lines.filter(pl.col("fields").list.len() != wanted)
        .select("text", "row", "fields")
        .iter_rows()
    ]
    table = whole.select(pl.col("fields").list.get(place).alias(name) for place, name in enumerate(layout.columns))
    table = _with_genres(table) if _FLAGS in columns and _FLAGS not in layout.columns else table
    repairs = {NOT_UTF8: whole["is_latin"]} if whole["is_latin"].any() else {}
    return LogChunk(table.select(columns), whole["row"], chunk.done, tuple(broken), repairs)


def _lines(content: bytes) -> tuple[list[str], list[bool]]:
    """Text of every line, and whether it is not UTF-8."""
    raw = content.replace(b"\r\n", b"\n").removesuffix(b"\n")
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        found = [decoded(line) for line in raw.split(b"\n")]
        return [text for text, _ in found], [repair is not None for _, repair in found]
    return lines, [False] * len(lines)


def _with_genres(table: pl.DataFrame) -> pl.DataFrame:
    named = [pl.when(pl.col(genre) == "1").then(pl.lit(genre)) for genre in GENRES]
    return table.with_columns(pl.concat_str(named, separator="|", ignore_nulls=True).alias(_FLAGS))


def _layout(path: RawPath) -> Layout:
    layout = LAYOUTS.get(path.name.removesuffix(".gz"))
    if layout is None:
        raise DataError(f"{path}: expected a file named {', '.join(LAYOUTS)}, found none. Check --format.")
    return layout


FORMAT: Final = LogFormat(tuple(LAYOUTS), headerless_columns, headerless_chunks)
