"""Some rows of an interaction log as they stand in its file, and the form of a reader that gives them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from tastemaker.data.cleaning import Finding
from tastemaker.data.encodings import NULS, UNREADABLE, decoded
from tastemaker.data.raw_path import RawPath

TORN: Final = "the file is cut off in this row"
ODD: Final = {"\0": NULS, UNREADABLE: f"characters not readable, {UNREADABLE} for each"}
"""Characters that nobody writes, and what is reported of a row that has some."""
SHOWN: Final = 1000
"""Characters of a row that a report keeps."""


@dataclass(frozen=True)
class LogChunk:
    """Consecutive rows of one file."""

    table: pl.DataFrame
    """`[rows]`, the columns that were asked for under the file's names, all strings; null or "" for nothing."""
    rows: pl.Series
    """`[rows]`, where each stands in the file: line or row from 1."""
    done: float
    """Share of the file that has been read with them."""
    broken: tuple[Finding, ...] = ()
    """Rows between them that have no fields."""
    repairs: Mapping[str, pl.Series] = field(default_factory=dict)
    """Name of a repair -> `[rows]`, whether the row could be read only after it."""


@dataclass(frozen=True)
class ParsedRow:
    """A row that was read by itself."""

    row: int
    """Line of the file, from 1."""
    fields: Sequence[str | None]
    repair: str | None = None
    """What it took to read it."""


@dataclass(frozen=True)
class LogFormat:
    """How files of one format are read."""

    endings: tuple[str, ...]
    """Of the names of files that are looked for in a folder; `.gz` may follow where `is_text`."""
    columns: Callable[[RawPath, str | None], tuple[str, ...]]
    """Names that a file in an encoding has; raises DataError if it is of another format or empty."""
    chunks: Callable[[RawPath, Sequence[str], str | None], Iterator[LogChunk]]
    """All rows, of these columns; raises DataError if the file cannot be read."""


def parsed_chunk(
    columns: Sequence[str], rows: Sequence["ParsedRow"], done: float, broken: Sequence[Finding]
) -> LogChunk:
    """A chunk of rows that were read one by one."""
    by_column = zip(*(row.fields for row in rows), strict=True) if rows else ((),) * len(columns)
    table = pl.DataFrame(
        dict(zip(columns, map(list, by_column), strict=True)), schema=dict.fromkeys(columns, pl.String)
    )
    places = pl.Series([row.row for row in rows], dtype=pl.UInt32)
    named = {row.repair for row in rows if row.repair}
    repairs = {name: pl.Series([row.repair == name for row in rows], dtype=pl.Boolean) for name in sorted(named)}
    return LogChunk(table, places, done, tuple(broken), repairs)


def torn_chunk(columns: Sequence[str], file: str, line: int, content: bytes) -> LogChunk:
    """What stands for the end of a file that is damaged."""
    return parsed_chunk(columns, [], 1.0, [Finding(file, line, TORN, decoded(content)[0][:SHOWN])])


def mended(chunk: LogChunk) -> LogChunk:
    """The chunk without NUL characters; rows that had some, or bytes that no encoding reads, are repaired ones."""
    found = {}
    for character, repair in ODD.items():
        there = chunk.table.select(pl.any_horizontal(pl.all().str.contains(character, literal=True))).to_series()
        if there.any():
            found[repair] = there.fill_null(False)
    if not found:
        return chunk
    table = chunk.table.with_columns(pl.all().str.replace_all("\0", "", literal=True))
    return replace(chunk, table=table, repairs={**chunk.repairs, **found})
