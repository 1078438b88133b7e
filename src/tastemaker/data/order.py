"""The order of rows in a data set, which depends on the rows and a seed, not on how they came.

Items are shuffled, so that their order tells nothing; interactions stand by user, then time, equal times shuffled.
"""

import numpy as np
import polars as pl

from tastemaker.data.schema import INTERACTION_COLUMNS


def order_interactions(table: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Interactions by user, "2" before "10", oldest first; those of one user and time in an order that is drawn."""
    return draw_order(sorted_interactions(table), random)


def sorted_interactions(table: pl.DataFrame) -> pl.DataFrame:
    """Interactions by all that they say, equal ones next to each other; then by whatever else the table holds."""
    first = ("user_id", "timestamp", "item_id")
    return table.sort(list(dict.fromkeys((*first, *INTERACTION_COLUMNS, *table.columns))))


def draw_order(ordered: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """The order of `order_interactions`, of interactions that `sorted_interactions` gave."""
    draw = pl.Series("draw", random.permutation(len(ordered)))
    by_time = (pl.col("user_id").str.len_chars(), "user_id", "timestamp", "draw")
    return ordered.with_columns(draw).sort(by_time).drop("draw")


def order_items(table: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Items in an order that is drawn."""
    return by_id(table, "item_id")[random.permutation(len(table))]


def by_id(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Rows by id, "2" before "10"; those of one id as they stand."""
    return table.sort(pl.col(column).str.len_chars(), column, maintain_order=True)
