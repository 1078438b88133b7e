from typing import Any

import polars as pl
import pytest

from tastemaker.data.interactions import check_interactions
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.errors import DataError


def table(*rows: tuple[Any, ...]) -> pl.DataFrame:
    filled = [(*row, None, None) for row in rows]
    return pl.DataFrame(filled, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


GOOD = [("b", "1", 5, "rating", 4.0), ("b", "2", 5, "view", None), ("a", "1", 1, "buy", None)]


def test_users_need_no_order_among_them() -> None:
    check_interactions(table(*GOOD), "ml")


def test_a_data_set_of_dialogues_has_no_rows() -> None:
    check_interactions(table(), "ml")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [*GOOD, ("a", None, 2, "view", None)],
            r"^ml: interactions\.parquet, row 3: expected a value in column item_id, found None\. Prepare",
        ),
        (
            [("a", "1", 1, "stare", None)],
            r"row 0: expected one of view, cart, buy, like, dislike, rating in column event, found 'stare'\.",
        ),
        (
            [*GOOD, ("a", "1", 2, "rating", 7.0)],
            r"row 3: expected a number in 1\.\.5 or null in column rating, found 7\.0\.",
        ),
        (
            [*GOOD, ("a", "1", 0, "view", None)],
            r"row 3: expected a user's rows oldest first in column timestamp, found 0\.",
        ),
        (
            [*GOOD, ("b", "3", 9, "view", None)],
            r"expected all rows of a user together, found user 'b' in several places\.",
        ),
    ],
)
def test_bad_rows_are_named(rows: list[tuple[Any, ...]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_interactions(table(*rows), "ml")
