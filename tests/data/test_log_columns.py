import pytest

from tastemaker.data.log import COLUMNS, REQUIRED
from tastemaker.data.log_columns import check_required, matched_columns
from tastemaker.errors import DataError

MOVIELENS = ("userId", "movieId", "rating", "timestamp")


def matched(found: tuple[str, ...], said: dict[str, str]) -> dict[str, str]:
    ours = matched_columns(found, COLUMNS, said, "log.csv", "--column")
    check_required(REQUIRED, ours, found, "log.csv", "--column")
    return ours


def test_case_spaces_and_signs_do_not_matter() -> None:
    assert matched(("User ID", "ITEM_ID", "TimeStamp", "note"), {}) == {
        "user_id": "User ID",
        "item_id": "ITEM_ID",
        "timestamp": "TimeStamp",
    }


def test_what_was_said_comes_first_and_nothing_is_nothing() -> None:
    found = matched(MOVIELENS, {"item_id": "movieId", "rating": ""})
    assert found == {"user_id": "userId", "item_id": "movieId", "timestamp": "timestamp"}


@pytest.mark.parametrize(
    ("found", "said", "message"),
    [
        (
            MOVIELENS,
            {},
            "log.csv: expected columns for item_id, found userId, movieId, rating, timestamp. "
            "Pass --column item_id=movieId.",
        ),
        (
            ("用户", "商品编号", "时间"),
            {},
            "log.csv: expected columns for user_id, item_id, timestamp, found 用户, 商品编号, 时间. "
            "Pass --column user_id=用户 --column item_id=商品编号 --column timestamp=时间.",
        ),
        (
            ("customer", "sku", "bought at"),
            {},
            "log.csv: expected columns for user_id, item_id, timestamp, found customer, sku, bought at. "
            "Pass --column user_id=customer --column item_id=sku --column timestamp=COLUMN.",
        ),
        (
            ("user id", "item", "time of day"),
            {"item_id": "itm"},
            "log.csv: expected a column 'itm' for item_id, found user id, item, time of day. "
            "Pass --column item_id=item.",
        ),
        (
            ("user_id", "item_id", "time of day"),
            {},
            "log.csv: expected columns for timestamp, found user_id, item_id, time of day. "
            'Pass --column timestamp="time of day".',
        ),
        (
            tuple(f"c{number}" for number in range(25)),
            {},
            f"log.csv: expected columns for user_id, item_id, timestamp, found {', '.join(f'c{n}' for n in range(20))} "
            "and 5 more. Pass --column user_id=COLUMN --column item_id=COLUMN --column timestamp=COLUMN.",
        ),
    ],
)
def test_a_missing_column_teaches_the_flag(found: tuple[str, ...], said: dict[str, str], message: str) -> None:
    with pytest.raises(DataError) as caught:
        matched(found, said)
    assert str(caught.value) == message
