"""Clicks on news as MIND has them: `behaviors.tsv`, an impression a row, and `news.tsv`, an article a row; no headers.

In: either file, plain or gzip. Out: an interaction for each click of the first, an article for each row of the second.

- Of the news that an impression showed, `N7-1` was clicked and `N8-0` was not: the clicks are views at its time.
- The news that the user clicked before, oldest first, stand in every row of a user again and carry no time. They are
  taken from the user's earliest row alone and placed seconds apart before it, the last of them one second before.
  Histories overlap from one published part to the next: prepare one part (train, dev) at a time.
- Of an article id, category, subcategory, title and abstract are read. The address says nothing, and the entities of
  title and abstract repeat their words; a row that is damaged there is whole.

Paper: Wu et al., "MIND: A Large-scale Dataset for News Recommendation", ACL 2020.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from tastemaker.data.chunks import ByteChunk, byte_chunks, last_line
from tastemaker.data.cleaning import Finding
from tastemaker.data.log_chunk import (
    NOT_UTF8,
    SHOWN,
    LogChunk,
    LogFormat,
    ParsedRow,
    decoded,
    parsed_chunk,
    torn_chunk,
)

BEHAVIOURS: Final = ("user_id", "item_id", "timestamp", "event")
NEWS: Final = ("item_id", "category", "subcategory", "title", "abstract")
"""What is read; `url`, `title_entities` and `abstract_entities` follow."""
ENDINGS: Final = ("behaviors.tsv", "news.tsv")
EVENT: Final = "view"
CUT_SHORT: Final = "cut short behind the abstract"
_NEWS_FIELDS: Final = 8
_TIME: Final = "%m/%d/%Y %I:%M:%S %p"
_ANY: Final = r"\S+"
_CLICKED: Final = r"\S+-1(?: |$)"
_SHOWN_NEWS: Final = r"^\S+-[01](?: +\S+-[01])*$"


def mind_columns(path: Path) -> tuple[str, ...]:
    """Names of what is read from a file, known by its own name."""
    return NEWS if _is_news(path) else BEHAVIOURS


def mind_chunks(path: Path, columns: Sequence[str]) -> Iterator[LogChunk]:
    """Yield all clicks or all articles.

    Raises:
        DataError: the file cannot be read.
    """
    earliest = None if _is_news(path) else _earliest_rows(path)
    for chunk in byte_chunks(path, last_line):
        if chunk.is_torn:
            yield torn_chunk(columns, path.name, chunk.line, chunk.content)
        elif earliest is None:
            yield _articles(chunk, columns, path.name)
        else:
            yield _clicks(chunk, earliest, columns, path.name)


def _is_news(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith("news.tsv")


def _lines(chunk: ByteChunk) -> Iterator[tuple[int, str, str | None]]:
    """Yield the number, the text and the repair of every line that is not blank."""
    for row, line in enumerate(chunk.content.split(b"\n"), start=chunk.line):
        text, repair = decoded(line.removesuffix(b"\r"))
        if text.strip():
            yield row, text, repair


def _articles(chunk: ByteChunk, columns: Sequence[str], file: str) -> LogChunk:
    rows: list[ParsedRow] = []
    broken: list[Finding] = []
    for row, text, repair in _lines(chunk):
        fields = text.split("\t")
        if len(NEWS) <= len(fields) <= _NEWS_FIELDS:
            named = dict(zip(NEWS, fields, strict=False))
            short = CUT_SHORT if len(fields) < _NEWS_FIELDS else None
            rows.append(ParsedRow(row, [named[name] for name in columns], repair or short))
        else:
            broken.append(Finding(file, row, f"expected {_NEWS_FIELDS} fields, found {len(fields)}", text[:SHOWN]))
    return parsed_chunk(columns, rows, chunk.done, broken)


def _earliest_rows(path: Path) -> pl.Series:
    """The line of every user's earliest impression; of equally early ones the first."""
    parts = [pl.DataFrame(schema={"user_id": pl.String, "time": pl.Int64, "row": pl.UInt32})]
    for chunk in byte_chunks(path, last_line):
        if not chunk.is_torn:
            impressions = _impressions(chunk).filter(pl.col("problem").is_null())
            parts.append(_earliest(impressions.select(parts[0].columns)))
    return _earliest(pl.concat(parts))["row"]


def _earliest(impressions: pl.DataFrame) -> pl.DataFrame:
    return impressions.sort("time", "row").unique("user_id", keep="first")


def _impressions(chunk: ByteChunk) -> pl.DataFrame:
    """Columns row, text, repair; user_id, time, past and shown, where nothing speaks against it; and problem."""
    schema = {"row": pl.UInt32, "text": pl.String, "repair": pl.String}
    lines = pl.DataFrame(list(_lines(chunk)), schema=schema, orient="row")
    fields = pl.col("text").str.split("\t")
    user, time, past, shown = (fields.list.get(place, null_on_oob=True).str.strip_chars() for place in range(1, 5))
    table = lines.with_columns(
        fields=fields.list.len(),
        user_id=user,
        time=time.str.to_datetime(_TIME, strict=False).dt.epoch("s"),
        past=past,
        shown=shown,
    )
    return table.with_columns(
        problem=pl.coalesce(
            pl.when(pl.col("fields") != 5).then(pl.format("expected 5 fields, found {}", "fields")),
            pl.when(pl.col("time").is_null()).then(pl.lit("time is not like 11/15/2019 9:05:58 AM")),
            pl.when(~pl.col("shown").str.contains(_SHOWN_NEWS)).then(pl.lit("impressions are not like N7-1 N8-0")),
        )
    )


def _clicks(chunk: ByteChunk, earliest: pl.Series, columns: Sequence[str], file: str) -> LogChunk:
    impressions = _impressions(chunk)
    sound = impressions.filter(pl.col("problem").is_null())
    before = _news(sound.filter(pl.col("row").is_in(earliest.implode())), "past", _ANY)
    shown = _news(sound, "shown", _CLICKED).with_columns(
        pl.col("item_id").str.strip_chars().str.head(-2), back=pl.lit(0, pl.Int64)
    )
    clicks = pl.concat([before, shown]).with_columns(
        timestamp=(pl.col("time") - pl.col("back")).cast(pl.String), event=pl.lit(EVENT)
    )
    wrong = impressions.filter(pl.col("problem").is_not_null()).select("row", "problem", "text")
    broken = tuple(Finding(file, row, problem, text[:SHOWN]) for row, problem, text in wrong.iter_rows())
    repairs = {NOT_UTF8: clicks["repair"].is_not_null()}
    return LogChunk(clicks.select(columns), clicks["row"], chunk.done, broken, repairs)


def _news(impressions: pl.DataFrame, column: str, pattern: str) -> pl.DataFrame:
    """A row for each match of `pattern` in `column`, and how far from the end it stands there: 1 is the last."""
    items = pl.col(column).str.extract_all(pattern)
    listed = impressions.select("row", "repair", "user_id", "time", item_id=items)
    listed = listed.filter(pl.col("item_id").list.len() > 0)
    back = pl.int_ranges(pl.col("item_id").list.len().cast(pl.Int64), 0, -1)
    return listed.with_columns(back=back).explode("item_id", "back")


FORMAT: Final = LogFormat(ENDINGS, mind_columns, mind_chunks)
