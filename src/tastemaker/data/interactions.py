"""The look at `interactions.parquet` that costs little enough for every load; other tools may have written the file."""

import polars as pl

from tastemaker.data.schema import EVENTS, RATING_SCALE
from tastemaker.errors import DataError

_REQUIRED = ("user_id", "item_id", "timestamp", "event")


def check_interactions(table: pl.DataFrame, where: str) -> None:
    """Check values and order.

    Args:
        table: the columns of `interactions.parquet`.
        where: the data set, as an error message names it.

    Raises:
        DataError: a required value is null, an event or rating is unknown, or rows do not stand by user, oldest first.
    """
    place = f"{where}: interactions.parquet"
    for column in _REQUIRED:
        _refuse(table, pl.col(column).is_null(), column, place, "a value")
    _refuse(table, ~pl.col("event").is_in(EVENTS), "event", place, f"one of {', '.join(EVENTS)}")
    low, high = RATING_SCALE
    _refuse(table, ~pl.col("rating").is_between(low, high), "rating", place, f"a number in {low:g}..{high:g} or null")
    _check_order(table, place)


def _check_order(table: pl.DataFrame, place: str) -> None:
    is_new = (pl.col("user_id") != pl.col("user_id").shift(1)).fill_null(True)
    starts = table.filter(is_new)["user_id"]
    if starts.n_unique() != len(starts):
        user = starts.filter(starts.is_duplicated())[0]
        raise DataError(
            f"{place}: expected all rows of a user together, found user {user!r} in several places. "
            "Prepare the data set again."
        )
    is_earlier = ~is_new & (pl.col("timestamp") < pl.col("timestamp").shift(1))
    _refuse(table, is_earlier, "timestamp", place, "a user's rows oldest first")


def _refuse(table: pl.DataFrame, is_wrong: pl.Expr, column: str, place: str, expected: str) -> None:
    """Raise for the first row, from 0, where `is_wrong`."""
    wrong = table.with_row_index("row").filter(is_wrong).head(1)
    for row, value in wrong.select("row", column).iter_rows():
        raise DataError(
            f"{place}, row {row}: expected {expected} in column {column}, found {value!r}. Prepare the data set again."
        )
