from pathlib import Path
from typing import Any

import pytest

from tastemaker.data.log import Log, near, plain
from tastemaker.errors import DataError

FILES = ("csv", (Path("log.csv"),))


def test_settings_are_what_changes_the_result() -> None:
    assert Log(*FILES).settings == Log("csv", (Path("other.csv"),), strict=True).settings
    assert Log(*FILES).settings != Log(*FILES, event="buy").settings


def test_names_without_case_and_signs() -> None:
    assert plain("User ID") == plain("userId") == plain("user_id") == "userid"
    assert plain("用户 ID") == "用户id"
    assert near("reting", ("rating", "review")) == "rating"
    assert near("zzz", ("rating", "review")) is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"columns": {"user": "customer"}},
            "--column: expected a column of user_id, item_id, timestamp, event, rating, review, review_title; "
            "found 'user'. Did you mean 'user_id'?",
        ),
        (
            {"columns": {"item_id": ""}},
            "--column item_id=: expected the name of a column, found none. Every row needs one.",
        ),
        (
            {"events": {"lend": "bye"}},
            "--event: expected an event of view, cart, buy, like, dislike, rating; found 'bye'. Did you mean 'buy'?",
        ),
        (
            {"event": "zzz"},
            "--event: expected an event of view, cart, buy, like, dislike, rating; found 'zzz'. Use one of these.",
        ),
        ({"rating_scale": (5, 1)}, "--rating-scale: expected the worst and the best rating, found 5 and 1."),
        (
            {"rating_scale": (1, float("inf"))},
            "--rating-scale: expected the worst and the best rating, found 1 and inf.",
        ),
        (
            {"item_columns": {"title": "name"}},
            "--item-column: expected a file of items beside it, found none. Pass --items FILE.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        Log(*FILES, **fields)
    assert str(caught.value) == message
