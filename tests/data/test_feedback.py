import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.feedback import event_names, judge_events, judge_ratings
from tastemaker.data.schema import EVENTS


def series(*values: str | None) -> pl.Series:
    return pl.Series(values, dtype=pl.String)


def unrated(count: int) -> pl.Series:
    return pl.Series([None] * count, dtype=pl.Float32)


def test_events_under_their_usual_names() -> None:
    raw = series("Click", "pageView", "add_to_cart", "ADD-TO-CART", "Purchase", "order", "fav", "thumbs down", "view")
    judged = judge_events(raw, unrated(9), {}, None)
    assert judged.values.to_list() == ["view", "view", "cart", "cart", "buy", "buy", "like", "dislike", "view"]
    assert judged.problem.null_count() == 9


def test_names_of_ones_own_come_first() -> None:
    judged = judge_events(series("Lend", "order"), unrated(2), {"lend": "buy", "order": "cart"}, None)
    assert judged.values.to_list() == ["buy", "cart"]


def test_signs_tell_names_of_ones_own_apart() -> None:
    names = {"+1": "like", "-1": "dislike", "👍": "like"}
    judged = judge_events(series("+1", "-1", " 👍 ", "?", "1"), unrated(5), names, None)
    assert judged.values.to_list() == ["like", "dislike", "like", None, None]
    assert judged.problem.to_list()[3:] == ["unknown event ?", "unknown event 1"]


def test_what_a_row_does_not_say() -> None:
    ratings = pl.Series([4.0, None], dtype=pl.Float32)
    by_rating = judge_events(series(None, " "), ratings, {}, None)
    assert by_rating.values.to_list() == ["rating", None]
    assert by_rating.problem.to_list() == [None, "no event"]
    assert judge_events(series(None, "view"), ratings, {}, "buy").values.to_list() == ["buy", "view"]


def test_an_unknown_event_and_a_rating_without_one() -> None:
    judged = judge_events(series("remove", "rated", "x" * 50), unrated(3), {}, None)
    assert judged.problem.to_list() == ["unknown event remove", "no rating", f"unknown event {'x' * 40}"]


def test_every_event_is_known_by_its_own_name_and_no_name_means_two() -> None:
    assert event_names({}).items() >= {event: event for event in EVENTS}.items()


def test_ratings_on_our_scale_stay() -> None:
    judged = judge_ratings(series("1", " 4.5 ", None, "5"), (1, 5))
    assert judged.values.to_list() == [1.0, 4.5, None, 5.0]
    assert judged.problem.null_count() == 4


def test_ratings_on_another_scale_are_mapped() -> None:
    """On 0..10, 7.5 is three quarters of the way: 1 + 4 x 0.75 = 4."""
    assert judge_ratings(series("0", "5", "7.5", "10"), (0, 10)).values.to_list() == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        *(("0", "rating out of 1..5"), ("5.01", "rating out of 1..5"), ("-3", "rating out of 1..5")),
        *((raw, "rating is not a number") for raw in ("good", "NaN", "inf", "4,5", "★★★")),
    ],
)
def test_what_is_no_rating_is_told_of(raw: str, problem: str) -> None:
    assert judge_ratings(series("3", raw), (1, 5)).problem.to_list() == [None, problem]


@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.floats().map(str), st.integers().map(str))))
def test_a_rating_is_on_the_scale_or_a_problem(raw: list[str | None]) -> None:
    judged = judge_ratings(pl.Series(raw, dtype=pl.String), (-1, 1))
    for value, problem in zip(judged.values, judged.problem, strict=True):
        assert problem is not None or value is None or 1 <= value <= 5
