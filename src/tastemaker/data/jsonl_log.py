"""Interaction logs in JSON lines: one object a line; names may be missing in some, and other types than text are text.

Polars parses a chunk at once. Of a chunk that it refuses it is given less and less; only a small part at fault is read
line by line, so that each broken line is found and told of.
"""

import ast
import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import polars as pl

from tastemaker.data.chunks import ByteChunk, byte_chunks, last_line
from tastemaker.data.cleaning import Finding
from tastemaker.data.encodings import decoded
from tastemaker.data.log_chunk import SHOWN, LogChunk, LogFormat, ParsedRow, parsed_chunk, torn_chunk
from tastemaker.data.raw_path import RawPath
from tastemaker.errors import DataError

SMALL: Final = 2**16
"""Bytes of a part that is read line by line."""
LINES: Final = 10_000
"""Lines in which names are looked for."""
PLACES: Final = 16
"""Of a large file, where they are looked for besides."""
PYTHON: Final = "a Python dictionary, read as JSON"
_HEAD: Final = 2**22
_LONE: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""Halves of characters, which are no text by themselves."""


def jsonl_columns(path: RawPath, encoding: str | None = None) -> tuple[str, ...]:
    """Names that the objects of the first lines have, and of a large file those at places all over it.

    Raises:
        DataError: no line is an object.
    """
    first = next(byte_chunks(path, last_line, _HEAD, encoding), None)
    lines = first.content.split(b"\n", LINES) if first else []
    objects = (_object(decoded(line)[0])[0] for line in chain(islice(lines, LINES), _lines_elsewhere(path)))
    names = dict.fromkeys(name for found in objects if isinstance(found, dict) for name in found)
    if not names and lines and lines[0].lstrip().startswith(b"["):
        raise DataError(f"{path}: expected a JSON object a line, found an array. Unfold it: jq -c '.[]' FILE.")
    if not names:
        raise DataError(f"{path}: expected a JSON object a line, found none in the first lines. Check --format.")
    return tuple(str(name).translate(_LONE) for name in names)


def _lines_elsewhere(path: RawPath) -> Iterator[bytes]:
    """Whole lines at some places of a large file, as far as it can be read from anywhere: names may come late."""
    if not isinstance(path, Path) or path.suffix == ".gz" or path.stat().st_size <= _HEAD:
        return
    with path.open("rb") as file:
        for place in range(1, PLACES + 1):  # the last one is the end
            file.seek((path.stat().st_size - SMALL) * place // PLACES)
            yield from file.read(SMALL).split(b"\n")[1:-1]


def jsonl_chunks(path: RawPath, columns: Sequence[str], encoding: str | None = None) -> Iterator[LogChunk]:
    """Yield all rows; a line that is no object is told of."""
    for chunk in byte_chunks(path, last_line, encoding=encoding):
        if chunk.is_torn:
            yield torn_chunk(columns, path.name, chunk.line, chunk.content)
        else:
            yield from _parsed(chunk, columns, path.name)


def _parsed(chunk: ByteChunk, columns: Sequence[str], file: str) -> Iterator[LogChunk]:
    rest, size = chunk, len(chunk.content)
    while rest.content:
        end = last_line(rest.content[:size]) if size < len(rest.content) else len(rest.content)
        end = end or rest.content.find(b"\n") + 1 or len(rest.content)
        head = replace(rest, content=rest.content[:end])
        part = _at_once(head, columns)
        if part is None and size > SMALL:
            size //= 2
            continue
        yield _line_by_line(head, columns, file) if part is None else part
        size *= 2
        rest = replace(rest, content=rest.content[end:], line=rest.line + rest.content.count(b"\n", 0, end))


def _at_once(chunk: ByteChunk, columns: Sequence[str]) -> LogChunk | None:
    """The rows as polars reads them; None if it refuses, or leaves out lines."""
    lines = chunk.content.count(b"\n") + (not chunk.content.endswith(b"\n"))
    try:
        table = pl.read_ndjson(BytesIO(chunk.content), schema=dict.fromkeys(columns, pl.String))
    except pl.exceptions.PolarsError:
        return None
    if len(table) != lines:
        return None
    return LogChunk(table, pl.Series(range(chunk.line, chunk.line + lines), dtype=pl.UInt32), chunk.done)


def _line_by_line(chunk: ByteChunk, columns: Sequence[str], file: str) -> LogChunk:
    rows: list[ParsedRow] = []
    broken: list[Finding] = []
    for row, line in enumerate(chunk.content.split(b"\n"), start=chunk.line):
        text, repair = decoded(line)
        if not text.strip():
            continue
        found, mended = _object(text)
        if isinstance(found, str):
            broken.append(Finding(file, row, found, text.strip()[:SHOWN]))
        else:
            rows.append(ParsedRow(row, [_text(found.get(name)) for name in columns], repair or mended))
    return parsed_chunk(columns, rows, chunk.done, broken)


def _object(line: str) -> tuple[dict[str, Any] | str, str | None]:
    """The object of a line, or why there is none; and the repair that it took."""
    try:
        found, repair = json.loads(line), None
    except (ValueError, RecursionError):
        found, repair = _python(line), PYTHON
    if found is None:
        return "not JSON", None
    return (found, repair) if isinstance(found, dict) else ("not a JSON object", None)


def _python(line: str) -> dict[Any, Any] | None:
    """A dictionary as Python writes it, which the metadata of Amazon's reviews of 2014 are."""
    if not line.lstrip().startswith("{'"):
        return None
    try:
        with warnings.catch_warnings(action="ignore"):
            found = ast.literal_eval(line.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value.translate(_LONE) if value else None
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        value = int(value)  # as polars writes it
    return json.dumps(value, ensure_ascii=False, default=str).translate(_LONE)


FORMAT: Final = LogFormat((".jsonl", ".ndjson", ".json"), jsonl_columns, jsonl_chunks)
