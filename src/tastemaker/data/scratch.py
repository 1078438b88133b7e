"""Cleaned interactions on disk, more than fit in memory, put in order part by part.

Chunks are appended as they come. Then users are dealt into buckets, neighbours into one, each small enough to be
ordered in memory; the ordered buckets, one after the other, are the whole in order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import numpy as np
import polars as pl

from tastemaker.data.checks import CHECKS
from tastemaker.data.log_cleaning import ORIGIN
from tastemaker.data.order import by_id, draw_order, sorted_interactions
from tastemaker.data.schema import INTERACTION_COLUMNS

BUCKET: Final = 96 * 2**20
"""Bytes of a bucket, about."""
ROW: Final = 96
"""Bytes of an interaction without its review, about."""


@dataclass(frozen=True)
class Bucket:
    """The interactions of some users."""

    table: pl.DataFrame
    """In order, in the columns of `interactions.parquet`."""
    duplicates: pl.DataFrame
    """Rows that say what an earlier row of the log says, with `ORIGIN`."""


@final
class Scratch:
    """A folder of chunks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chunks = 0
        (folder / "chunks").mkdir(parents=True)

    def append(self, table: pl.DataFrame) -> None:
        """Keep cleaned rows."""
        if len(table):
            table.write_parquet(self.folder / "chunks" / f"{self.chunks:06}.parquet", compression="lz4")
            self.chunks += 1

    def rows(self) -> pl.LazyFrame:
        """All that was appended."""
        return pl.scan_parquet(self.folder / "chunks" / "*.parquet")

    def items(self) -> pl.Series:
        """Ids of all items, each once."""
        return self.rows().select(pl.col("item_id").unique()).collect(engine="streaming")["item_id"]

    def users(self) -> pl.DataFrame:
        """Ids of all users and the bucket of each."""
        size = pl.len() * ROW + pl.col("review").str.len_bytes().sum()
        sizes = self.rows().group_by("user_id").agg(size=size).collect(engine="streaming")
        ordered = by_id(sizes, "user_id")
        return ordered.select("user_id", bucket=((pl.col("size").cum_sum() - pl.col("size")) // BUCKET).rle_id())

    def respelt(self, column: str) -> int:
        """How many ids stand for several spellings in the files."""
        was = f"respelt_{column}"
        respelt = self.rows().filter(pl.col(was).is_not_null()).select(column, was).unique()
        kept = (
            self.rows().filter(pl.col(was).is_null()).join(respelt, on=column, how="semi").select(column, was).unique()
        )
        spellings = pl.concat([respelt, kept]).group_by(column).len().filter(pl.col("len") > 1)
        return int(spellings.select(pl.len()).collect(engine="streaming").item())

    def buckets(self, users: pl.DataFrame, seed: int) -> Iterator[Bucket]:
        """Yield the interactions of all `users`, in order."""
        for number, place in enumerate(self._dealt(users)):
            table = sorted_interactions(pl.read_parquet(place / "*.parquet", columns=[*INTERACTION_COLUMNS, *ORIGIN]))
            says = pl.col(list(INTERACTION_COLUMNS))
            is_double = table.select(pl.all_horizontal(says.eq_missing(says.shift(1)))).to_series()
            is_double[0] = False
            kept = table.filter(~is_double).select(says)
            ordered = draw_order(kept, np.random.default_rng((seed, number)))
            yield Bucket(CHECKS["interactions"].validate(ordered), table.filter(is_double))

    def _dealt(self, users: pl.DataFrame) -> list[Path]:
        """Folders with the rows of one bucket each."""
        starts = users.filter(pl.col("bucket").is_first_distinct()).select(_place()).to_series()
        if len(starts) == 1:
            return [self.folder / "chunks"]
        folders = [self.folder / "dealt" / str(bucket) for bucket in range(len(starts))]
        for folder in folders:
            folder.mkdir(parents=True)
        for chunk in sorted((self.folder / "chunks").iterdir()):
            table = pl.read_parquet(chunk)
            bucket = starts.search_sorted(table.select(_place()).to_series(), side="right") - 1
            parts = table.with_columns(bucket=bucket).partition_by("bucket", as_dict=True, include_key=False)
            for (number,), part in parts.items():
                part.write_parquet(folders[number] / chunk.name, compression="lz4")
        return folders


def _place() -> pl.Expr:
    """A text whose order is that of users: the length of the id, which has at most three digits, then the id."""
    return pl.format("{}{}", pl.col("user_id").str.len_chars().cast(pl.String).str.zfill(3), "user_id")
