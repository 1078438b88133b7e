"""A made-up data set in the shape of Amazon Beauty at any size, for what depends on size and not on taste.

At scale 1: 22,363 users with 5 interactions or more, 8.9 on average, with a long tail, of 12,101 items, whose
popularity falls off like theirs. Users and items grow with the scale; what a user has and how often an item of a
given rank stays as it is. Which items somebody has is drawn by popularity alone.
"""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.storage import DataSetInfo, write_dataset

USERS: Final = 22_363
ITEMS: Final = 12_101
LEAST: Final = 5
MOST: Final = 204
"""Interactions of a user."""
TAIL: Final = 2.2
EXCESS: Final = 5.2
"""Shape and scale of the Lomax distribution of what a user has beyond the least."""
FALL: Final = 0.8
HEAD: Final = 0.003
"""Popularity of an item is `(rank / items + HEAD) ^ -FALL`."""
WORDS: Final = 6_000
"""Different words in all titles; a title has five or six."""


def write_synthetic(folder: Path, scale: float, seed: int = 0) -> None:
    """Write a data set folder named after the scale, `synthetic_3x`."""
    random = np.random.default_rng(seed)
    users, items = round(USERS * scale), round(ITEMS * scale)
    lengths = np.minimum(LEAST + np.floor(random.pareto(TAIL, users) * EXCESS), MOST).astype(np.int64)
    drawn = random.permutation(items)[draw_items(int(lengths.sum()), items, random)]
    tables = {"items": item_table(items, random), "interactions": interaction_table(lengths, drawn)}
    counts = {"users": users, "items": items, "interactions": len(drawn)}
    name = f"synthetic_{scale:g}x"
    write_dataset(folder, tables, DataSetInfo(name, "drawn at random", "none", counts, seed=seed), [])


def draw_items(count: int, items: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw `count` ranks of items, 0 the most popular."""
    popularity = ((np.arange(items) + 0.5) / items + HEAD) ** -FALL
    up_to = np.cumsum(popularity)
    ranks: NDArray[np.int64] = np.searchsorted(up_to, random.random(count) * up_to[-1]).astype(np.int64)
    return ranks


def item_table(items: int, random: np.random.Generator) -> pl.DataFrame:
    """Titles of made-up words, in a category each."""
    words = ["".join(map(chr, word)) for word in random.integers(97, 123, (WORDS, 6))]
    lengths = random.integers(5, 7, items)
    chosen = random.integers(0, WORDS, (items, 6))
    rows = [
        (
            f"i{item}",
            " ".join(words[word] for word in chosen[item, : lengths[item]]),
            "",
            [{"name": "category", "value": f"category {chosen[item, 0] % 40}"}],
            None,
        )
        for item in range(items)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(ITEM_COLUMNS), orient="row")


def interaction_table(lengths: NDArray[np.int64], items: NDArray[np.int64]) -> pl.DataFrame:
    """One purchase after the other for every user; `items` `[sum(lengths)]` by user, oldest first."""
    users = np.repeat(np.arange(len(lengths)), lengths)
    places = np.arange(len(items)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    nothing = {name: pl.lit(None, dtype=INTERACTION_COLUMNS[name]) for name in ("rating", "review", "review_title")}
    table = pl.DataFrame({"user": users, "item": items, "timestamp": places})
    return table.select(
        user_id="u" + pl.col("user").cast(pl.String),
        item_id="i" + pl.col("item").cast(pl.String),
        timestamp=pl.col("timestamp").cast(pl.Int64),
        event=pl.lit("buy"),
        **nothing,
    )
