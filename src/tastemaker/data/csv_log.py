"""Interaction logs in CSV: names in the first line; commas, semicolons, tabs or bars between fields; RFC 4180 quotes.

Polars parses a chunk at once. Of a chunk that it refuses, or in which fields are missing, it is given less and less;
only a small part at fault is read row by row, so that each broken row is found and told of.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

import polars as pl

from tastemaker.data.chunks import LONGEST, ByteChunk, byte_chunks, last_line
from tastemaker.data.cleaning import Finding
from tastemaker.data.encodings import decoded
from tastemaker.data.log_chunk import SHOWN, LogChunk, LogFormat, ParsedRow, parsed_chunk, torn_chunk
from tastemaker.data.raw_path import RawPath
from tastemaker.errors import DataError

SEPARATORS: Final = (",", ";", "\t", "|")
SMALL: Final = 2**16
"""Bytes of a part that is read row by row."""
LINES: Final = 10_000
"""Most lines of a record that is read so."""
_HEADER: Final = 2**20
_OTHER: Final = ("{", "[", "<")
"""What JSON and HTML begin with."""
QUOTES: Final = "quotes that do not match"


@dataclass(frozen=True)
class CsvLayout:
    """How one file is written."""

    file: str
    """Its name, as a report gives it."""
    separator: str
    columns: tuple[str, ...]


def layout_of(path: RawPath, encoding: str | None = None) -> CsvLayout:
    """Find separator and columns from the first line; two columns of one name get numbers.

    Raises:
        DataError: the file is empty or no text.
    """
    first = next(byte_chunks(path, last_line, _HEADER, encoding), None)
    lines = first.content.split(b"\n", 1) if first else [b""]
    header, _ = decoded(lines[0].rstrip(b"\r"))
    if not header.strip():
        raise DataError(f"{path}: expected the names of columns in the first line, found none. Check the file.")
    if header.lstrip().startswith(_OTHER):
        raise DataError(
            f"{path}: expected the names of columns in the first line, found {header.strip()[:40]!r}. "
            "Check --format, or the file."
        )
    separator = max(SEPARATORS, key=header.count)
    try:
        names = next(csv.reader([header], delimiter=separator))
    except csv.Error as error:
        raise DataError(
            f"{path}: expected the names of columns in the first line, found {header.strip()[:40]!r} ({error}). "
            "Check the file."
        ) from None
    return CsvLayout(path.name, separator, tuple(_distinct([name.strip() for name in names])))


def csv_columns(path: RawPath, encoding: str | None = None) -> tuple[str, ...]:
    """Names of the columns."""
    return layout_of(path, encoding).columns


def csv_chunks(path: RawPath, columns: Sequence[str], encoding: str | None = None) -> Iterator[LogChunk]:
    """Yield all rows below the first line."""
    layout = layout_of(path, encoding)
    for chunk in byte_chunks(path, whole_records, encoding=encoding):
        if chunk.is_torn:
            yield torn_chunk(columns, layout.file, chunk.line, chunk.content)
            continue
        body = _without_header(chunk) if chunk.line == 1 else chunk
        for part in _parsed(body, layout):
            yield replace(part, table=part.table.select(columns))


def whole_records(block: bytes) -> int:
    """Where the last line ends that does not end within quotes; 0 if none does."""
    end = last_line(block)
    quotes = block.count(b'"', 0, end)
    while end and quotes % 2:
        before = last_line(block[: block.rfind(b'"', 0, end)])
        quotes -= block.count(b'"', before, end)
        end = before
    return end or (last_line(block) if len(block) > LONGEST // 2 else 0)


def _parsed(chunk: ByteChunk, layout: CsvLayout) -> Iterator[LogChunk]:
    """Yield the rows of a chunk: as much as polars takes at once, and what it does not take row by row."""
    rest, size = chunk, len(chunk.content)
    while rest.content:
        end = whole_records(rest.content[:size]) if size < len(rest.content) else len(rest.content)
        part = _at_once(replace(rest, content=rest.content[:end]), layout) if end else None
        if part is None and size > SMALL:
            size //= 2
            continue
        if part is None:
            part, end = _row_by_row(rest, layout)
        yield part
        size *= 2
        rest = replace(rest, content=rest.content[end:], line=rest.line + rest.content.count(b"\n", 0, end))


def _at_once(chunk: ByteChunk, layout: CsvLayout) -> LogChunk | None:
    """The rows as polars reads them; None if it refuses, or a row has not a field for each column."""
    schema = dict.fromkeys(layout.columns, pl.String())
    if not chunk.content.strip():
        return LogChunk(pl.DataFrame(schema=schema), pl.Series([], dtype=pl.UInt32), chunk.done)
    try:
        table = pl.read_csv(BytesIO(chunk.content), has_header=False, schema=schema, separator=layout.separator)
    except pl.exceptions.PolarsError:
        return None
    is_blank = pl.all_horizontal(pl.all().is_null())
    rows = pl.Series(range(chunk.line, chunk.line + len(table)), dtype=pl.UInt32)
    kept = table.filter(~is_blank)
    within = _count(kept, layout.separator) if b'"' in chunk.content else 0
    if chunk.content.count(layout.separator.encode()) != len(kept) * (len(layout.columns) - 1) + within:
        return None
    return LogChunk(kept, _lines(table, rows, chunk).filter(table.select(~is_blank).to_series()), chunk.done)


def _count(table: pl.DataFrame, text: str) -> int:
    """How often a text stands in all fields together."""
    return int(table.select(pl.sum_horizontal(pl.all().str.count_matches(text, literal=True).sum())).item() or 0)


def _lines(table: pl.DataFrame, rows: pl.Series, chunk: ByteChunk) -> pl.Series:
    """Lines of the rows, some of which may be longer than a line."""
    if len(table) in (found := chunk.content.count(b"\n"), found + 1) and b'"' not in chunk.content:
        return rows
    longer = table.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))).to_series()
    return rows + (longer.cum_sum() - longer).cast(pl.UInt32)


def _row_by_row(chunk: ByteChunk, layout: CsvLayout) -> tuple[LogChunk, int]:
    """The first rows of a chunk, of about `SMALL` bytes, and where they end."""
    rows: list[ParsedRow] = []
    broken: list[Finding] = []
    end, line = 0, chunk.line
    while end < min(SMALL, len(chunk.content)):
        start, (end, fields, repair) = end, _record(chunk.content, end, layout)
        if isinstance(fields, str):
            broken.append(Finding(layout.file, line, fields, decoded(chunk.content[start:end].strip())[0][:SHOWN]))
        elif fields:
            rows.append(ParsedRow(line, fields, repair))
        line += chunk.content.count(b"\n", start, end)
    return parsed_chunk(layout.columns, rows, chunk.done, broken), end


def _record(content: bytes, start: int, layout: CsvLayout) -> tuple[int, list[str] | str, str | None]:
    """Where the record that starts there ends, its fields or why it has none, and the repair that it took."""
    end, wanted = _line_end(content, start), len(layout.columns)
    if not content[start:end].strip():
        return end, [], None
    text, repair = decoded(content[start:end])
    alone = _fields(text, layout.separator)
    if alone is not None and len(alone) == wanted:
        return end, alone, repair
    if alone is None and (closed := _closed(content, start)):
        text, repair = decoded(content[start:closed])
        joined = _fields(text, layout.separator)
        if joined is not None and len(joined) == wanted:
            return closed, joined, repair
    return end, QUOTES if alone is None else f"expected {wanted} fields, found {len(alone)}", None


def _line_end(content: bytes, start: int) -> int:
    return content.find(b"\n", start) + 1 or len(content)


def _closed(content: bytes, start: int) -> int:
    """Where a line ends at which as many quotes were closed as opened; 0 if none of the next is one."""
    quotes = 0
    for _ in range(LINES):
        end = _line_end(content, start)
        quotes += content.count(b'"', start, end)
        if quotes % 2 == 0:
            return end
        start = end
    return 0


def _fields(text: str, separator: str) -> list[str] | None:
    """Fields of one record; None if its quotes do not match."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        [fields] = csv.reader([text.rstrip("\r\n")], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return None
    return fields


def _without_header(chunk: ByteChunk) -> ByteChunk:
    return replace(chunk, content=chunk.content.partition(b"\n")[2], line=2)


def _distinct(names: Sequence[str]) -> Iterator[str]:
    seen = Counter[str]()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}.{seen[name]}"


FORMAT: Final = LogFormat((".csv", ".tsv"), csv_columns, csv_chunks)
