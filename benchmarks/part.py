"""A part of a data set, for questions that the whole would take too long to answer: every so many-th user.

    python -m benchmarks.part --data data/toys --every 4 --out runs/data/toys_every_4th

Users are taken by their order in the data set, which is random; items that none of them has are left out.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tastemaker.data.storage import DataSetInfo, read_info, read_table, write_dataset


def write_part(data: Path, every: int, out: Path) -> None:
    """Write the data set folder `out`, named after the data set in `data` and what was taken of it."""
    whole, info = read_table(data, "interactions"), read_info(data)
    users = whole["user_id"].unique(maintain_order=True).gather_every(every)
    interactions = whole.filter(pl.col("user_id").is_in(users.implode()))
    items = read_table(data, "items").filter(pl.col("item_id").is_in(interactions["item_id"].unique().implode()))
    counts = {"users": len(users), "items": len(items), "interactions": len(interactions)}
    name, source = f"{info.name}_every_{every}th", f"every {every}th user of {info.name}"
    told = DataSetInfo(name, source, info.licence, counts, seed=info.seed)
    write_dataset(out, {"items": items, "interactions": interactions}, told, [])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the part that the arguments name."""
    parser = argparse.ArgumentParser(description="Write a data set of every N-th user of another.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--every", type=int, required=True, metavar="N")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    write_part(given.data, given.every, given.out)


if __name__ == "__main__":
    main()
