"""From a raw source to a data set on disk: read, clean, order, check, write."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tastemaker.data.checks import check_tables
from tastemaker.data.cleaning import check_strict
from tastemaker.data.download import Say, Wheel, fetch_wheel, log
from tastemaker.data.files import RawFiles
from tastemaker.data.log_formats import LOG_FORMATS
from tastemaker.data.log_presets import LOG_PRESETS
from tastemaker.data.order import by_id, order_interactions, order_items
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.readers import READERS
from tastemaker.data.schema import OPINIONS
from tastemaker.data.storage import FORMAT_VERSION, DataSetInfo, file_checksum, read_info, write_dataset
from tastemaker.errors import DataError


def prepare(
    source: str,
    out: Path | str,
    path: Path | str | None = None,
    seed: int = 0,
    say: Say = log,
    strict: bool = False,
) -> DataSetInfo:
    """Make a data set of a known source, or of files in a known format; what is already there and the same is kept.

    Args:
        source: name in `READERS`.
        out: folder to write.
        path: folder or zip archive with the raw files; None fetches them, which only a source can.
        seed: of the order of items and of interactions with equal timestamps.
        say: takes each line for the user.
        strict: whether the first row that would be rejected ends it all.

    Raises:
        DataError: the name is unknown, or that of a format and there is no path, or the files are not what the reader
            expects, or a row is rejected though `strict`, or `out` cannot be written.
        DownloadError: the files cannot be fetched.
    """
    out, reader = Path(out), _reader(source)
    raw = None if path is None else RawFiles.at(Path(path))
    checksums = _checksums(source, reader, raw)
    there = finished(out, checksums, seed)
    if there and not (strict and has_rejected(there)):
        say(f"{out}: already holds {size_of(there)} of this source; nothing to do.")
        return there
    raw = raw or RawFiles.at(fetch_wheel(_wheel(source, reader), say))
    say(f"Licence: {reader.licence}")
    found = reader.read(raw)
    rejected = [finding for cleaned in found.cleaned for finding in cleaned.rejected]
    if strict:
        check_strict(rejected)
    accounts = (account(each.file, each.counts) for each in found.cleaned)
    for line in (*accounts, *_joined(found), *_missing(found, reader)):
        say(line)
    tables = order_rows(found.tables, seed)
    check_tables(tables)
    info = DataSetInfo(
        name=source if reader.wheel or reader.folders else out.resolve().name,
        source=_origin(source, reader, is_given=path is not None),
        licence=reader.licence,
        counts=_counts(tables),
        cleaning={cleaned.file: cleaned.counts for cleaned in found.cleaned} | _join(found),
        source_checksums=checksums,
        seed=seed,
    )
    write_dataset(out, tables, info, [finding.as_row() for finding in rejected])
    say(f"{out}: wrote {size_of(info)}." + (" Rejected rows are in rejected.jsonl." if rejected else ""))
    return read_info(out)


def order_rows(tables: Mapping[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """Shuffle items, so that their order tells nothing; order interactions by user, then time, equal times shuffled.

    Dialogues stand by id, each with its turns in order, summaries by item.

    The result depends on the rows and the seed, not on the order in which the rows come.
    """
    random = np.random.default_rng(seed)
    interactions = order_interactions(tables["interactions"], random)
    ordered = {"interactions": interactions, "items": order_items(tables["items"], random)}
    if "users" in tables:
        ordered["users"] = by_id(tables["users"], "user_id")
    if "dialogues" in tables:
        ordered["dialogues"] = by_id(tables["dialogues"].sort("turn"), "dialogue_id")
    if "summaries" in tables:
        ordered["summaries"] = by_id(tables["summaries"].sort("split", "summary"), "item_id")
    return {name: ordered.get(name, table) for name, table in tables.items()}


def _reader(source: str) -> Reader:
    if source in READERS:
        return READERS[source]
    logs = (*LOG_FORMATS, *LOG_PRESETS)
    if source in logs:
        raise DataError(f"{source}: expected a source, found the format of a log. Call prepare_log with a Log.")
    names = (*READERS, *logs)
    near = difflib.get_close_matches(source, names, n=1, cutoff=0.3)
    hint = f"Did you mean {near[0]!r}?" if near else "Pass one of these."
    raise DataError(f"source or format {source!r}: expected one of {', '.join(names)}, found no such name. {hint}")


def _wheel(source: str, reader: Reader) -> Wheel:
    """Where to fetch a source."""
    if reader.folders:
        raise DataError(
            f"{source}: expected the folder that holds {' and '.join(reader.folders)}, found no path. "
            "Pass --source with it."
        )
    if reader.wheel is None:
        raise DataError(
            f"{source}: expected the folder or zip of your files, as it is a format and no source, found no path. "
            f"Pass --format {source} PATH."
        )
    return reader.wheel


def _checksums(source: str, reader: Reader, raw: RawFiles | None) -> dict[str, str]:
    """SHA-256 of the raw files, known beforehand where they are yet to be fetched."""
    if raw is not None:
        return raw.checksums(reader.needed(raw))
    return {Path(member).name: checksum for member, checksum in _wheel(source, reader).members.items()}


def _origin(source: str, reader: Reader, is_given: bool) -> str:
    """Where the files came from, as `dataset.json` says it."""
    if reader.folders:
        return f"files of {' and '.join(reader.folders)}"
    if reader.wheel is None:
        return f"files in the format {source}"
    return "files given with --path" if is_given else reader.wheel.requirement


def finished(
    out: Path, checksums: Mapping[str, str], seed: int, settings: Mapping[str, Any] | None = None
) -> DataSetInfo | None:
    """What `out` holds, if that is whole and of the same source, settings, seed and format."""
    try:
        info = read_info(out)
        whole = all(file_checksum(out / name) == checksum for name, checksum in info.checksums.items())
    except (DataError, OSError):
        return None
    same = (info.source_checksums, info.settings, info.seed) == (checksums, settings or {}, seed)
    return info if whole and same and info.version == FORMAT_VERSION and info.checksums else None


def has_rejected(info: DataSetInfo) -> bool:
    """Whether a row was rejected when the data set was made."""
    return any(counts.get("rejected") for counts in info.cleaning.values())


def _counts(tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Rows of each table, users even where nothing but their interactions is known, and dialogues beside their turns.

    Of dialogues also the items that the seekers were asked about, by answer, each item once a dialogue.

    Of a data set without interactions neither these nor users are counted.
    """
    counts = {name: len(table) for name, table in tables.items()}
    if counts["interactions"]:
        counts.setdefault("users", tables["interactions"]["user_id"].n_unique())
    else:
        del counts["interactions"]
    if "dialogues" in tables:
        counts |= {"dialogues": tables["dialogues"]["dialogue_id"].n_unique(), "turns": len(tables["dialogues"])}
        counts |= _opinions(tables["dialogues"])
    return dict(sorted(counts.items()))


def _opinions(dialogues: pl.DataFrame) -> dict[str, int]:
    """How many items seekers liked, disliked and so on; nothing where nobody was asked."""
    if all(dialogues[name].null_count() == len(dialogues) for name in OPINIONS):
        return {}
    asked = {name: dialogues.select("dialogue_id", name).explode(name).drop_nulls().unique() for name in OPINIONS}
    return {f"{name} in dialogues": len(pairs) for name, pairs in asked.items()}


def account(file: str, counts: Mapping[str, int]) -> str:
    """What cleaning did to a file, in words."""
    return f"{file}: {counts['read']:,} rows read, {_why('repaired', counts)}, {_why('rejected', counts)}."


def _join(found: RawTables) -> dict[str, Mapping[str, int]]:
    return {"join": found.joined} if found.joined else {}


def _joined(found: RawTables) -> list[str]:
    """How many items of several sources met which fate, in words."""
    return [f"{name}: {count:,}" for name, count in found.joined.items()]


def _why(fate: str, counts: Mapping[str, int]) -> str:
    """How many rows met it, and how many for each reason: `3 rejected (duplicate: 2; no such item: 1)`."""
    start = f"{fate}, "
    reasons = [f"{name.removeprefix(start)}: {count:,}" for name, count in counts.items() if name.startswith(start)]
    return f"{counts[fate]:,} {fate}" + (f" ({'; '.join(reasons)})" if reasons else "")


def _missing(found: RawTables, reader: Reader) -> list[str]:
    return [
        f"Warning: expected {count:,} {name}, found {len(found.tables[name]):,}. The files may be incomplete."
        for name, count in reader.counts.items()
        if len(found.tables[name]) != count
    ]


def size_of(info: DataSetInfo) -> str:
    """Rows of each table, in words."""
    return ", ".join(f"{count:,} {name}" for name, count in info.counts.items())
