"""All rows of an interaction log, read and cleaned part by part, and what is to be said of them.

In: a log. Out: its files with their columns, then cleaned rows in a scratch folder and the counts of each file.
"""

import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tastemaker.data.cleaning import Finding
from tastemaker.data.encodings import NOT_UTF8
from tastemaker.data.log import COLUMNS, NO_COLUMN, REQUIRED, Log
from tastemaker.data.log_cleaning import Place, clean_chunk
from tastemaker.data.log_columns import check_required, flag_for, matched_columns
from tastemaker.data.log_formats import chunks_of, columns_of, log_files
from tastemaker.data.raw_path import RawPath
from tastemaker.data.scratch import Scratch
from tastemaker.data.tally import KEPT, PartCounts, Tally
from tastemaker.errors import DataError

DUPLICATE: Final = "duplicate"
_SAID: Final = ("user_id", "item_id", "timestamp", "event", "rating")
"""What a report shows of a duplicate."""
_MANY: Final = 0.1
"""Share of rows that are not UTF-8 from which on the files as a whole may be in another encoding."""

Track = Callable[[str, float], None]
"""Is told what is being done, and which share of it is done."""


@dataclass(frozen=True)
class LogFile:
    """One file of a log."""

    path: RawPath
    name: str
    """As reports call it."""
    columns: dict[str, str]
    """Our name -> the file's."""
    others: tuple[str, ...] = ()
    """The file's other columns, which are not read."""


def matched_files(log: Log) -> tuple[LogFile, ...]:
    """The files of a log with their columns.

    Raises:
        DataError: a file is missing, or cannot be read, or lacks a column.
    """
    paths = log_files(log)
    names = Counter(path.name for path in paths)
    required = [name for name in REQUIRED if log.columns.get(name) != NO_COLUMN]
    files = []
    for path in paths:
        found = columns_of(path, log.form, log.encoding)
        matched = matched_columns(found, COLUMNS, log.columns, str(path), "--column")
        check_required(required, matched, found, str(path), "--column")
        others = tuple(name for name in found if name not in matched.values())
        files.append(LogFile(path, path.name if names[path.name] == 1 else str(path), matched, others))
    return tuple(files)


def read_log(log: Log, files: Sequence[LogFile], scratch: Scratch, track: Track) -> list[Tally]:
    """Clean all rows into `scratch`, and count.

    Raises:
        DataError: nothing usable is left, or a row is rejected though `log.strict`.
    """
    tallies = []
    for number, file in enumerate(files):
        tallies.append(tally := Tally(file.name, log.strict))
        for chunk in chunks_of(file.path, log.form, file.columns.values(), log.encoding):
            place = Place(number, file.name, sum(each.read for each in tallies))
            rows, counts = clean_chunk(chunk, file.columns, log, place)
            tally.add(counts)
            scratch.append(rows)
            track("reading", (number + chunk.done) / len(files))
    if not scratch.chunks:
        first = [f"; the first: {finding}" for tally in tallies for finding in tally.findings[:1]]
        read = sum(tally.read for tally in tallies)
        raise DataError(
            f"{', '.join(file.name for file in files)}: expected a usable row, found none in {read:,} rows"
            f"{''.join(first[:1])}. {' '.join(advice(log, tallies)) or 'Check the files.'}"
        )
    return tallies


def count_duplicates(duplicates: pl.DataFrame, tallies: Sequence[Tally]) -> None:
    """Count rows that say what an earlier row says, each with its file."""
    for number, tally in enumerate(tallies):
        rows = duplicates.filter(pl.col("file") == number)
        if len(rows):
            shown = rows.head(KEPT).select("row", content=pl.struct(_SAID).struct.json_encode())
            findings = tuple(Finding(tally.file, row, DUPLICATE, content) for row, content in shown.iter_rows())
            tally.add(PartCounts(0, 0, {}, {DUPLICATE: len(rows)}, findings))


def assumptions(log: Log, files: Sequence[LogFile]) -> list[str]:
    """What is taken for granted because the files do not say it."""
    lines = []
    if log.columns.get("timestamp") == NO_COLUMN:
        lines.append("No column of times: rows are taken to stand in the order in which things happened.")
    if log.event is None and not any({"event", "rating"} & file.columns.keys() for file in files):
        others = files[0].others
        named = f"{flag_for('event', others, '--column')}, or " if others else ""
        lines.append(
            f"No column of events or ratings: every row is taken for a view. If not, pass {named}--event buy for all."
        )
    if log.items is None:
        lines.append("No file of items: nothing but their ids is known. Pass --items FILE for titles and more.")
    return lines


def advice(log: Log, tallies: Sequence[Tally]) -> list[str]:
    """What may make rejected rows usable."""
    reasons = sum((tally.rejections for tally in tallies), Counter[str]())
    lines = []
    if sum(each.repairs[NOT_UTF8] for each in tallies) > _MANY * sum(each.read for each in tallies):
        lines.append("If these files are not in Latin-1, pass their --encoding, such as gb18030 or cp1251.")
    low, high = log.rating_scale
    if reasons[f"rating out of {low:g}..{high:g}"]:
        lines.append("If these files rate on another scale, pass --rating-scale with its worst and its best rating.")
    unknown = [reason.removeprefix("unknown event ") for reason in reasons if reason.startswith("unknown event ")]
    if unknown:
        meant = shlex.quote(f"{unknown[0]}=view")
        lines.append(f"For an event that is not known by its name, pass --event {meant}, or another of ours.")
    return lines
