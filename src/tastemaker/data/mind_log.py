"""Clicks on news as MIND has them: `behaviors.tsv`, an impression a row, and `news.tsv`, an article a row; no headers.

In: the folder or zip archive of both. Out: the fields of a `Log`, which has an interaction for each click of the first
and an item for each row of the second.

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
from typing import Any, Final

import polars as pl

from tastemaker.data.chunks import ByteChunk, byte_chunks, last_line
from tastemaker.data.cleaning import Finding
from tastemaker.data.encodings import NOT_UTF8, decoded
from tastemaker.data.log_chunk import SHOWN, LogChunk, LogFormat, ParsedRow, parsed_chunk, torn_chunk
from tastemaker.data.raw_path import RawPath, files_within, opened
from tastemaker.errors import DataError

BEHAVIOURS: Final = ("user_id", "item_id", "timestamp", "event")
NEWS: Final = ("item_id", "category", "subcategory", "title", "abstract")
"""What is read; `url`, `title_entities` and `abstract_entities` follow."""
ITEM_COLUMNS: Final = {
    **{"item_id": "item_id", "title": "title", "text": "abstract"},
    **{"category": "category", "subcategory": "subcategory"},
}
"""Our name, or that of an attribute -> one of `NEWS`."""
ENDINGS: Final = ("behaviors.tsv", "news.tsv")
EVENT: Final = "view"
CUT_SHORT: Final = "cut short behind the abstract"
_NEWS_FIELDS: Final = 8
_TIME: Final = "%m/%d/%Y %I:%M:%S %p"
_ANY: Final = r"\S+"
_CLICKED: Final = r"\S+-1(?: |$)"
_SHOWN_NEWS: Final = r"^\S+-[01](?: +\S+-[01])*$"


def mind_fields(paths: Sequence[Path], items: Path | None, encoding: str | None) -> dict[str, Any]:
    """The fields of a `Log` of clicks.

    Args:
        paths: folders, zip archives, or files of behaviours.
        items: the file of news; by default the one beside the behaviours, if any.
        encoding: of the files; what they have does not depend on it.

    Raises:
        DataError: there are no behaviours, or several files of news.
    """
    files = [file for path in paths for file in _files(path)]
    clicks = tuple(file for file in files if not _is_news(file))
    if not clicks:
        found = ", ".join(file.name for file in files) or "none"
        raise DataError(
            f"{', '.join(map(str, paths))}: expected a file that ends in {ENDINGS[0]}, found {found}. "
            "Pass the folder or zip that holds it."
        )
    fields = {"form": "mind", "paths": clicks, "columns": {name: name for name in BEHAVIOURS}}
    news = items or _only([file for file in files if _is_news(file)])
    if news is None:
        return fields
    return fields | {"items": news, "item_columns": ITEM_COLUMNS if _is_news(news) else {}}


def _files(path: Path) -> list[RawPath]:
    """The files of a folder or archive; a file of behaviours and the news beside it."""
    place = opened(path)
    if place.is_dir():
        return files_within(place, ENDINGS)
    if not path.exists():
        raise DataError(f"{path}: expected a folder, a zip archive or a file, found nothing there. Check the path.")
    beside = (path.with_name(f"{ENDINGS[1]}{packed}") for packed in ("", ".gz"))
    return [path, *(file for file in beside if file.is_file() and file != path)]


def _only(news: Sequence[RawPath]) -> RawPath | None:
    if len(news) > 1:
        raise DataError(
            f"expected one file that ends in {ENDINGS[1]}, found {news[0]} and {news[1]}. Pass one part at a time."
        )
    return news[0] if news else None


def mind_columns(path: RawPath, encoding: str | None = None) -> tuple[str, ...]:
    """Names of what is read from a file, known by its own name."""
    return NEWS if _is_news(path) else BEHAVIOURS


def mind_chunks(path: RawPath, columns: Sequence[str], encoding: str | None = None) -> Iterator[LogChunk]:
    """Yield all clicks or all articles.

    Raises:
        DataError: the file cannot be read.
    """
    earliest = None if _is_news(path) else _earliest_rows(path, encoding)
    for chunk in byte_chunks(path, last_line, encoding=encoding):
        if chunk.is_torn:
            yield torn_chunk(columns, path.name, chunk.line, chunk.content)
        elif earliest is None:
            yield _articles(chunk, columns, path.name)
        else:
            yield _clicks(chunk, earliest, columns, path.name)


def _is_news(path: RawPath) -> bool:
    return path.name.removesuffix(".gz").endswith(ENDINGS[1])


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


def _earliest_rows(path: RawPath, encoding: str | None) -> pl.Series:
    """The line of every user's earliest impression; of equally early ones the first."""
    parts = [pl.DataFrame(schema={"user_id": pl.String, "time": pl.Int64, "row": pl.UInt32})]
    for chunk in byte_chunks(path, last_line, encoding=encoding):
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
