"""The data set `instruments`: Amazon's reviews of musical instruments of 2014 (McAuley et al.), each a rating in words.

In: a folder (or zip) that holds the folder `amazon-musical-instruments`. Its items have neither title nor description:
what training says of them describes them (`item_words.py`), once a recipe has said which reviews are training.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from tastemaker.data.files import RawFiles
from tastemaker.data.log import Log
from tastemaker.data.log_items import with_bare_items
from tastemaker.data.log_presets import preset_fields
from tastemaker.data.log_reading import count_duplicates, matched_files, read_log
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.schema import ITEM_COLUMNS
from tastemaker.data.scratch import Scratch
from tastemaker.errors import DataError

FOLDER: Final = "amazon-musical-instruments"
REVIEWS: Final = "reviews.jsonl.gz"
LICENCE: Final = (
    "Amazon's reviews of 2014, 5-core, collected by McAuley et al., come without a stated licence: for research, and "
    "not to be redistributed."
)
COUNTS: Final = {"interactions": 10_261, "items": 900}


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Path of the file that is read.

    Raises:
        DataError: it is missing.
    """
    reviews = files.below(FOLDER)
    if not reviews.has(REVIEWS):
        found = ", ".join(sorted(files.members)[:8]) or "no file"
        raise DataError(
            f"{files.place}: expected {FOLDER}/{REVIEWS}, one review a line, found {found}. "
            f"Pass --source with the folder that holds {FOLDER}, or your own reviews with --format amazon PATH."
        )
    return (reviews.members[REVIEWS],)


def read(files: RawFiles) -> RawTables:
    """Read and clean as any log of this publisher.

    Raises:
        DataError: the file is missing or damaged, or holds no usable row.
    """
    (member,) = needed_files(files)
    with TemporaryDirectory(prefix="tastemaker-") as folder:
        path = files.place / member
        if not files.place.is_dir():
            path = Path(folder) / REVIEWS
            path.write_bytes(files.read(member))
        log = Log(**preset_fields("amazon", [path]))
        scratch = Scratch(Path(folder) / "scratch")
        tallies = read_log(log, matched_files(log), scratch, lambda what, share: None)
        buckets = list(scratch.buckets(scratch.users(), seed=0))
    for bucket in buckets:
        count_duplicates(bucket.duplicates, tallies)
    interactions = pl.concat([bucket.table for bucket in buckets])
    items = with_bare_items(pl.DataFrame(schema=pl.Schema(ITEM_COLUMNS)), interactions["item_id"].unique())
    return RawTables({"interactions": interactions, "items": items}, tuple(tallies))


READER: Final = Reader(wheel=None, licence=LICENCE, counts=COUNTS, needed=needed_files, read=read, folders=(FOLDER,))
