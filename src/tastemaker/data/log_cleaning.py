"""Rows of an interaction log, cleaned: each becomes an interaction, perhaps repaired, or is rejected with a reason.

In: a chunk of strings. Out: the columns of `interactions.parquet` and where each row stood, and what was done.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

import polars as pl

from tastemaker.data.cleaning import Finding
from tastemaker.data.feedback import judge_events, judge_ratings
from tastemaker.data.judged import Judged, judge_ids, judge_texts
from tastemaker.data.log import Log
from tastemaker.data.log_chunk import SHOWN, LogChunk
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.tally import KEPT, PartCounts
from tastemaker.data.times import judge_times

ORIGIN: Final[dict[str, pl.DataType]] = {
    "file": pl.UInt32(),
    "row": pl.UInt32(),
    "respelt_user_id": pl.String(),
    "respelt_item_id": pl.String(),
}
"""Where an interaction stood, from file 0 and row 1, and how its ids were spelt there if not as they are now."""


@dataclass(frozen=True)
class Place:
    """Which part of a log a chunk is."""

    file: int
    """From 0."""
    name: str
    """Of the file."""
    before: int
    """Rows of the log that were read before."""


def clean_chunk(chunk: LogChunk, columns: Mapping[str, str], log: Log, place: Place) -> tuple[pl.DataFrame, PartCounts]:
    """Clean the rows of a chunk.

    Args:
        chunk: with at least the columns that `columns` names.
        columns: our name -> the file's.
        log: what values mean.
        place: of the chunk.

    Returns:
        The rows that are of use in `INTERACTION_COLUMNS` and `ORIGIN`, and what was done.
    """
    raw = {name: _column(chunk, columns.get(name)) for name in INTERACTION_COLUMNS}
    judged = _judge(raw, columns, log, place.before)
    problem = pl.select(pl.coalesce([pl.lit(each.problem) for each in judged.values()])).to_series()
    is_kept = problem.is_null()
    origin = {
        "file": pl.repeat(place.file, len(is_kept), eager=True),
        "row": chunk.rows,
        "respelt_user_id": raw["user_id"].set(raw["user_id"] == judged["user_id"].values, None),
        "respelt_item_id": raw["item_id"].set(raw["item_id"] == judged["item_id"].values, None),
    }
    schema = pl.Schema({**INTERACTION_COLUMNS, **ORIGIN})
    table = pl.DataFrame({name: each.values for name, each in judged.items()} | origin)
    kept = table.select(list(schema)).cast(schema).filter(is_kept)
    return kept, counted(chunk, judged.values(), problem, place.name)


def _judge(raw: Mapping[str, pl.Series], columns: Mapping[str, str], log: Log, before: int) -> dict[str, Judged]:
    """Every column after cleaning, in the order in which its problems count."""
    rows = len(raw["user_id"])
    nothing = pl.repeat(None, rows, dtype=pl.String, eager=True)
    places = Judged(pl.int_range(before, before + rows, eager=True), nothing)
    ratings = judge_ratings(raw["rating"], log.rating_scale)
    default = log.event or (None if "rating" in columns else "view")
    return {
        "user_id": judge_ids(raw["user_id"], "user"),
        "item_id": judge_ids(raw["item_id"], "item"),
        "timestamp": judge_times(raw["timestamp"]) if "timestamp" in columns else places,
        "rating": ratings,
        "event": judge_events(raw["event"], ratings.values, log.events, default),
        "review": judge_texts(raw["review"], "review") if "review" in columns else Judged(nothing, nothing),
        "review_title": judge_texts(raw["review_title"], "title")
        if "review_title" in columns
        else Judged(nothing, nothing),
    }


def _column(chunk: LogChunk, name: str | None) -> pl.Series:
    return pl.repeat(None, len(chunk.rows), dtype=pl.String, eager=True) if name is None else chunk.table[name]


def _repairs(chunk: LogChunk, judged: Iterable[Judged], is_kept: pl.Series) -> dict[str, pl.Series]:
    """Name of every repair -> whether a row took it and is kept."""
    named = dict(chunk.repairs)
    for each in judged:
        named |= each.repairs
    found = {name: is_there & is_kept for name, is_there in named.items()}
    return {name: is_there for name, is_there in found.items() if is_there.any()}


def counted(chunk: LogChunk, judged: Iterable[Judged], problem: pl.Series, file: str) -> PartCounts:
    """What was done to the rows of a chunk.

    Args:
        chunk: the rows as they were.
        judged: its columns.
        problem: `[rows]`, why each is rejected; null where it is not.
        file: where the chunk is from.
    """
    repairs = _repairs(chunk, judged, problem.is_null())
    reasons = problem.drop_nulls().value_counts()
    rejections = dict(zip(reasons.to_series(0), reasons.to_series(1), strict=True))
    findings = list(chunk.broken)
    for broken in chunk.broken:
        rejections[broken.reason] = rejections.get(broken.reason, 0) + 1
    for reason in reasons.to_series(0):
        findings += _findings(chunk, (problem == reason).fill_null(False), reason, file)
    return PartCounts(
        read=len(chunk.rows) + len(chunk.broken),
        repaired=int(reduce(or_, repairs.values()).sum()) if repairs else 0,
        repairs={name: int(is_there.sum()) for name, is_there in repairs.items()},
        rejections=rejections,
        findings=tuple(findings),
    )


def _findings(chunk: LogChunk, is_meant: pl.Series, reason: str, file: str) -> list[Finding]:
    table = chunk.table.filter(is_meant).head(KEPT)
    shown = (json.dumps(fields, ensure_ascii=False)[:SHOWN] for fields in table.iter_rows(named=True))
    rows = chunk.rows.filter(is_meant).head(KEPT)
    return [Finding(file, row, reason, content) for row, content in zip(rows, shown, strict=True)]
