import math

import pytest

from tastemaker.data.schema import ACTIONS, EVENTS, action_of


@pytest.mark.parametrize(
    ("event", "rating", "action"),
    [
        ("rating", 1.0, "rating_1"),
        ("rating", 5.0, "rating_5"),
        ("rating", 3.6, "rating_4"),
        ("rating", 0.5, "rating_1"),
        ("buy", 5.0, "rating_5"),
        ("buy", None, "buy"),
        ("view", math.nan, "view"),
    ],
)
def test_a_rating_tells_more_than_its_event(event: str, rating: float | None, action: str) -> None:
    assert ACTIONS[action_of(event, rating)] == action


def test_every_event_but_rating_is_an_action() -> None:
    assert set(EVENTS) - {"rating"} <= set(ACTIONS)
