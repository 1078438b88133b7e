"""From an interaction log of any size to a data set on disk: read, clean, order, check, write, all in parts."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from tastemaker.data.checks import CHECKS
from tastemaker.data.download import Say
from tastemaker.data.download import log as log_line
from tastemaker.data.log import Log
from tastemaker.data.log_items import item_columns, read_items, untitled, with_bare_items
from tastemaker.data.log_reading import LogFile, Track, advice, assumptions, count_duplicates, matched_files, read_log
from tastemaker.data.log_users import read_users
from tastemaker.data.order import order_items
from tastemaker.data.prepare import account, finished, has_rejected, size_of
from tastemaker.data.raw_path import RawPath
from tastemaker.data.scratch import Scratch
from tastemaker.data.storage import DataSetInfo, file_checksum, read_info, write_account, written_beside
from tastemaker.data.tally import Tally


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
    columns = item_columns(log)
    checksums = _checksums(log, files)
    there = finished(out, checksums, seed, log.settings)
    if there and not (log.strict and has_rejected(there)):
        say(f"{out}: already holds {size_of(there)} of these files; nothing to do.")
        return there
    for line in (f"Licence: {log.licence}", *assumptions(log, files), *untitled(log, columns)):
        say(line)
    with written_beside(out) as beside:
        scratch = Scratch(beside / "scratch")
        named = {file.name for file in files}
        tallies = {
            name: Tally(f"{name}: {file.name}" if file.name in named else file.name, log.strict)
            for name, file in _beside(log).items()
        }
        described = read_items(log, columns, tallies.get("items", Tally("", log.strict)))
        of_log = read_log(log, files, scratch, track)
        counts = _write_interactions(scratch, beside, seed, of_log, track)
        if log.users:
            users = read_users(log, scratch.users()["user_id"], tallies["users"])
            CHECKS["users"].validate(users).write_parquet(beside / "users.parquet")
            counts["users"] = len(users)
        told = [*of_log, *tallies.values()]
        lines = (*(account(each.file, each.counts) for each in told), *advice(log, of_log), *_respelt(scratch))
        for line in (*lines, *_described(log, described, ids := scratch.items())):
            say(line)
        shutil.rmtree(scratch.folder)
        items = order_items(CHECKS["items"].validate(with_bare_items(described, ids)), np.random.default_rng(seed))
        items.write_parquet(beside / "items.parquet")
        info = DataSetInfo(
            name=out.resolve().name,
            source=f"files in the format {log.form}",
            licence=log.licence,
            counts=dict(sorted((counts | {"items": len(items)}).items())),
            cleaning={tally.file: tally.counts for tally in told},
            source_checksums=checksums,
            settings=log.settings,
            seed=seed,
        )
        rejected = [finding.as_row() for tally in told for finding in tally.rejected]
        write_account(beside, info, rejected)
    say(f"{out}: wrote {size_of(info)}." + (" Rejected rows are in rejected.jsonl." if rejected else ""))
    return read_info(out)


def _beside(log: Log) -> dict[str, RawPath]:
    """The files that describe what the log names."""
    return {name: file for name, file in (("items", log.items), ("users", log.users)) if file is not None}


def _checksums(log: Log, files: Sequence[LogFile]) -> dict[str, str]:
    named = {f"{name}: {file.name}": file_checksum(file) for name, file in _beside(log).items()}
    return {file.name: file_checksum(file.path) for file in files} | named


def _write_interactions(
    scratch: Scratch, beside: Path, seed: int, tallies: Sequence[Tally], track: Track
) -> dict[str, int]:
    """Write `interactions.parquet`; what is found to be double is counted and left out."""
    users = scratch.users()
    buckets, rows = users["bucket"].n_unique(), 0
    parts = beside / "scratch" / "ordered"
    parts.mkdir()
    for number, bucket in enumerate(scratch.buckets(users, seed)):
        bucket.table.write_parquet(parts / f"{number:06}.parquet")
        rows += len(bucket.table)
        count_duplicates(bucket.duplicates, tallies)
        track("ordering", (number + 1) / buckets)
    if buckets == 1:
        (parts / "000000.parquet").replace(beside / "interactions.parquet")
    else:
        pl.scan_parquet(parts / "*.parquet").sink_parquet(beside / "interactions.parquet")
    return {"interactions": rows, "users": len(users)}


def _described(log: Log, described: pl.DataFrame, ids: pl.Series) -> list[str]:
    """How far log and items belong together."""
    if log.items is None:
        return []
    known = int(ids.is_in(described["item_id"].implode()).sum())
    advice = "" if known else " Do both name items in the same way?"
    return [f"{log.items.name} describes {known:,} of the {len(ids):,} items of the log.{advice}"]


def _respelt(scratch: Scratch) -> list[str]:
    found = {what: scratch.respelt(f"{what}_id") for what in ("user", "item")}
    return [
        f"{what} ids that stood there in several spellings, and are one each now: {count:,}."
        for what, count in found.items()
        if count
    ]
