"""From an interaction log of any size to a data set on disk: read, clean, order, check, write, all in parts."""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tastemaker.data.checks import CHECKS
from tastemaker.data.cleaning import Finding
from tastemaker.data.download import Say
from tastemaker.data.download import log as log_line
from tastemaker.data.log import COLUMNS, NO_COLUMN, REQUIRED, Log
from tastemaker.data.log_cleaning import Place, clean_chunk
from tastemaker.data.log_columns import check_required, matched_columns
from tastemaker.data.log_formats import LOG_FORMATS, log_files
from tastemaker.data.order import order_items
from tastemaker.data.prepare import account, finished, size_of
from tastemaker.data.schema import ITEM_COLUMNS
from tastemaker.data.scratch import Scratch
from tastemaker.data.storage import DataSetInfo, file_checksum, read_info, write_account, written_beside
from tastemaker.data.tally import KEPT, PartCounts, Tally
from tastemaker.errors import DataError

LICENCE: Final = "your own files, of whose licence nothing is known here; what is made of them is bound to it as well."
DUPLICATE: Final = "duplicate"

Track = Callable[[str, float], None]
"""Is told what is being done, and which share of it is done."""


@dataclass(frozen=True)
class LogFile:
    """One file of a log."""

    path: Path
    name: str
    """As reports call it."""
    columns: dict[str, str]
    """Our name -> the file's."""


def prepare_log(
    log: Log, out: Path | str, seed: int = 0, say: Say = log_line, track: Track = lambda what, share: None
) -> DataSetInfo:
    """Make a data set of a log; what is already there and the same is kept.

    Args:
        log: the files, and how to read them.
        out: folder to write.
        seed: of the order of items and of interactions with equal timestamps.
        say: takes each line for the user.
        track: follows the progress.

    Raises:
        DataError: a file or column is missing, nothing usable is left, a row is rejected though `log.strict`, or `out`
            cannot be written.
    """
    out = Path(out)
    files = matched_files(log)
    checksums = {file.name: file_checksum(file.path) for file in files}
    there = finished(out, checksums, seed, log.settings)
    if there:
        say(f"{out}: already holds {size_of(there)} of these files; nothing to do.")
        return there
    for line in (f"Licence: {LICENCE}", *_assumptions(log, files)):
        say(line)
    with written_beside(out) as beside:
        scratch = Scratch(beside / "scratch")
        tallies = read_log(log, files, scratch, track)
        counts = _write_tables(scratch, beside, seed, tallies, track)
        for line in (
            *(account(tally.file, tally.counts) for tally in tallies),
            *_advice(log, tallies),
            *_respelt(scratch),
        ):
            say(line)
        shutil.rmtree(scratch.folder)
        info = DataSetInfo(
            name=out.resolve().name,
            source=f"files in the format {log.form}",
            licence=LICENCE,
            counts=counts,
            cleaning={tally.file: tally.counts for tally in tallies},
            source_checksums=checksums,
            settings=log.settings,
            seed=seed,
        )
        rejected = [
            finding.as_row() for tally in tallies for finding in sorted(tally.findings, key=lambda each: each.row)
        ]
        write_account(beside, info, rejected)
    say(f"{out}: wrote {size_of(info)}." + (" Rejected rows are in rejected.jsonl." if rejected else ""))
    return read_info(out)


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
        found = LOG_FORMATS[log.form].columns(path)
        matched = matched_columns(found, COLUMNS, log.columns, str(path), "--column")
        check_required(required, matched, found, str(path), "--column")
        files.append(LogFile(path, path.name if names[path.name] == 1 else str(path), matched))
    return tuple(files)


def read_log(log: Log, files: Sequence[LogFile], scratch: Scratch, track: Track) -> list[Tally]:
    """Clean all rows into `scratch`, and count.

    Raises:
        DataError: nothing usable is left, or a row is rejected though `log.strict`.
    """
    tallies = []
    for number, file in enumerate(files):
        tallies.append(tally := Tally(file.name, log.strict))
        for chunk in LOG_FORMATS[log.form].chunks(file.path, tuple(file.columns.values())):
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
            f"{''.join(first[:1])}. {' '.join(_advice(log, tallies)) or 'Check the files.'}"
        )
    return tallies


def _write_tables(scratch: Scratch, beside: Path, seed: int, tallies: Sequence[Tally], track: Track) -> dict[str, int]:
    """Write items and interactions; what is found to be double is counted and left out."""
    users = scratch.users()
    buckets, rows = users["bucket"].n_unique(), 0
    parts = beside / "scratch" / "ordered"
    parts.mkdir()
    for number, bucket in enumerate(scratch.buckets(users, seed)):
        bucket.table.write_parquet(parts / f"{number:06}.parquet", compression="lz4")
        rows += len(bucket.table)
        _count_duplicates(bucket.duplicates, tallies)
        track("ordering", (number + 1) / buckets)
    pl.scan_parquet(parts / "*.parquet").sink_parquet(beside / "interactions.parquet")
    items = order_items(CHECKS["items"].validate(bare_items(scratch.items())), np.random.default_rng(seed))
    items.write_parquet(beside / "items.parquet")
    return {"interactions": rows, "items": len(items), "users": len(users)}


def bare_items(ids: pl.Series) -> pl.DataFrame:
    """The columns of `items.parquet` of items of which nothing but the id is known."""
    known = {"title": pl.lit(""), "text": pl.lit(""), "attributes": pl.lit([]), "image": pl.lit(None)}
    return pl.DataFrame({"item_id": ids}).with_columns(**known).cast(pl.Schema(ITEM_COLUMNS))


def _count_duplicates(duplicates: pl.DataFrame, tallies: Sequence[Tally]) -> None:
    for number, tally in enumerate(tallies):
        rows = duplicates.filter(pl.col("file") == number)
        if len(rows):
            shown = rows.head(KEPT).select(
                "row", content=pl.struct("user_id", "item_id", "timestamp", "event", "rating").struct.json_encode()
            )
            findings = tuple(Finding(tally.file, row, DUPLICATE, content) for row, content in shown.iter_rows())
            tally.add(PartCounts(0, 0, {}, {DUPLICATE: len(rows)}, findings))


def _assumptions(log: Log, files: Sequence[LogFile]) -> list[str]:
    """What is taken for granted because the files do not say it."""
    lines = []
    if log.columns.get("timestamp") == NO_COLUMN:
        lines.append("No column of times: rows are taken to stand in the order in which things happened.")
    if log.event is None and not any({"event", "rating"} & file.columns.keys() for file in files):
        lines.append(
            "No column of events or ratings: every row is taken for a view. Pass --event buy, or another, if not."
        )
    return lines


def _advice(log: Log, tallies: Sequence[Tally]) -> list[str]:
    """What may make rejected rows usable."""
    reasons = sum((tally.rejections for tally in tallies), Counter[str]())
    lines = []
    low, high = log.rating_scale
    if reasons[f"rating out of {low:g}..{high:g}"]:
        lines.append("If these files rate on another scale, pass --rating-scale with its worst and its best rating.")
    unknown = [reason.removeprefix("unknown event ") for reason in reasons if reason.startswith("unknown event ")]
    if unknown:
        lines.append(f"For an event that is not known by its name, pass --event {unknown[0]}=view, or another of ours.")
    return lines


def _respelt(scratch: Scratch) -> list[str]:
    found = {what: scratch.respelt(f"{what}_id") for what in ("user", "item")}
    return [
        f"{count:,} {what} ids stood there in several spellings, and are one each now."
        for what, count in found.items()
        if count
    ]
