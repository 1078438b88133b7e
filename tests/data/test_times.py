from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.times import judge_times

MOMENT = 1357264576
"""4 January 2013, 01:56:16 UTC."""


@pytest.mark.parametrize(
    ("raw", "repair"),
    [
        *(("1357264576", None), (" 1357264576.9 ", None), ("1.357264576e9", None)),
        ("1357264576000", "timestamp in milliseconds"),
        ("1357264576000000", "timestamp in microseconds"),
        ("1357264576999999999", "timestamp in nanoseconds"),
        *((text, "timestamp in text") for text in ("2013-01-04T01:56:16Z", "2013-01-04 01:56:16", "2013/1/4 01:56:16")),
        *((text, "timestamp in text") for text in ("2013-01-04T02:56:16.5+01:00", "2013-01-04 01:56:16.123 UTC")),
        ("2013-01-03T20:56:16-0500", "timestamp in text"),
        *((text, "timestamp in text") for text in ("2013-01-04 01:56:16+00", "2013-01-04 02:56:16.5 +01")),
        *((text, "timestamp in text") for text in ("20130104T015616Z", "20130104T025616+01")),
    ],
)
def test_every_form_gives_the_second(raw: str, repair: str | None) -> None:
    judged = judge_times(pl.Series([raw]))
    assert (judged.values.to_list(), judged.problem.to_list()) == ([MOMENT], [None])
    assert {name for name, there in judged.repairs.items() if there.any()} == ({repair} if repair else set())


def test_days_in_eight_digits_are_days_where_most_rows_have_one() -> None:
    midnight = MOMENT - 16 - 56 * 60 - 3600
    assert judge_times(pl.Series(["20130104", None, "20130105"])).values.to_list() == [midnight, None, midnight + 86400]
    mostly = judge_times(pl.Series(["20130104", "20130104.0", "unknown"]))
    assert mostly.values.to_list() == [midnight, midnight, None]
    assert mostly.problem.to_list() == [None, None, "timestamp is neither a number nor ISO 8601"]
    assert judge_times(pl.Series(["20130104", "20130199"])).values.to_list() == [20130104, 20130199], "seconds, then"


def test_days_and_minutes() -> None:
    """Without seconds, midnight and the full minute are meant."""
    found = judge_times(pl.Series(["2013-01-04", "2013-01-04T01:56"])).values.to_list()
    assert found == [MOMENT - 16 - 56 * 60 - 3600, MOMENT - 16]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        *((raw, "no timestamp") for raw in (None, "", "  ")),
        *(
            (raw, "timestamp is neither a number nor ISO 8601")
            for raw in ("soon", "nan", "1e300", "2013-02-30", "4.1.13")
        ),
        ("-1", "timestamp before 1970"),
        ("1969-12-31", "timestamp before 1970"),
        ("4102444800", "timestamp after 2099"),
        ("2100-01-01", "timestamp after 2099"),
    ],
)
def test_what_is_no_time_is_told_of(raw: str | None, problem: str) -> None:
    judged = judge_times(pl.Series(["1", raw], dtype=pl.String))
    assert judged.problem.to_list() == [None, problem]


@given(st.lists(st.datetimes(datetime(1973, 4, 1), datetime(2099, 12, 31)), min_size=1, max_size=5))
def test_all_forms_agree(moments: list[datetime]) -> None:
    seconds = [int(moment.replace(tzinfo=UTC).timestamp()) for moment in moments]
    written = [
        [str(s), str(s * 1000), f"{s}000000", moment.isoformat()] for s, moment in zip(seconds, moments, strict=True)
    ]
    judged = judge_times(pl.Series(sum(written, [])))
    assert judged.values.to_list() == [s for s in seconds for _ in range(4)]
    assert judged.problem.null_count() == 4 * len(moments)


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.from_regex(r"[-+0-9.:eTZ /]{1,20}", fullmatch=True))))
def test_anything_is_a_time_or_a_problem(raw: list[str | None]) -> None:
    judged = judge_times(pl.Series(raw, dtype=pl.String))
    for value, problem in zip(judged.values, judged.problem, strict=True):
        assert (problem is None) == (value is not None and 0 <= value < 4102444800)
