"""Timestamps of an interaction log: seconds, milliseconds, micro- or nanoseconds since 1970, or ISO 8601 text.

In: strings. Out: whole seconds since 1970, of text without a time zone as if it were UTC.
"""

from datetime import UTC, datetime
from typing import Final

import polars as pl

from tastemaker.data.judged import Judged, filled, problems

FINER: Final = (
    (1e17, 10**9, "timestamp in nanoseconds"),
    (1e14, 10**6, "timestamp in microseconds"),
    (1e11, 10**3, "timestamp in milliseconds"),
)
"""From this number on, so many units are a second: 1e11 seconds are the year 5138, 1e11 milliseconds are 1973."""
LAST: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
TEXT: Final = "timestamp in text"
FORMS: Final = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%d %H:%M%z")
SPELLINGS: Final = (
    (r"^(\d{4})/(\d\d?)/", "${1}-${2}-"),
    (r"^(\d{4})(\d\d)(\d\d)(?:\.0+)?$", "${1}-${2}-${3}"),
    (r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)", "${1}-${2}-${3} ${4}:${5}:${6}"),
    (r"^([-0-9]{8,10})T", "${1} "),
    (r" ?(?:Z|UTC)$", ""),
    (r"(:\d\d(?:\.\d+)?) ?([-+]\d\d)$", "${1}${2}00"),
    (r"([-+]\d\d):?(\d\d)$", "${1}${2}"),
)
"""How else these may be written, and what they become: slashes, no signs between, a T, zones of hours alone."""
DAY: Final = r"^(?:19[7-9]\d|20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\.0+)?$"
"""A day in eight digits, where most rows of a part of the file have one: so many seconds would be in August 1970."""


def judge_times(raw: pl.Series) -> Judged:
    """Find the second of every row.

    >>> judge_times(pl.Series(["1357264576", "1357264576000", "2013-01-04T02:56:16+01:00"])).values.to_list()
    [1357264576, 1357264576, 1357264576]
    """
    texts = filled(raw)
    is_day = texts.str.contains(DAY).fill_null(False)
    digits = texts.set(is_day, None) if 2 * is_day.sum() > len(texts) - texts.null_count() else texts
    numbers = digits.cast(pl.Float64, strict=False)
    numbers = numbers.set(~numbers.is_finite(), None)
    exact = digits.cast(pl.Int64, strict=False)
    seconds = exact.fill_null(numbers.floor().cast(pl.Int64, strict=False))
    repairs = {}
    for least, units, name in FINER:
        is_finer = (numbers >= least).fill_null(False)
        if is_finer.any():
            repairs[name] = is_finer
            seconds = seconds.zip_with(~is_finer, seconds // units)
            numbers = numbers.set(is_finer, 0.0)
    if seconds.null_count() > texts.null_count():
        written = parsed(texts.set(seconds.is_not_null(), None))
        repairs[TEXT] = written.is_not_null()
        seconds = seconds.fill_null(written)
    problem = problems(
        ("no timestamp", texts.is_null()),
        ("timestamp is neither a number nor ISO 8601", seconds.is_null()),
        ("timestamp before 1970", (seconds < 0).fill_null(False)),
        ("timestamp after 2099", (seconds >= LAST).fill_null(False)),
    )
    return Judged(seconds, problem, repairs)


def parsed(texts: pl.Series) -> pl.Series:
    """Seconds since 1970 of ISO 8601 texts; null for what is none."""
    plain = texts
    for spelt, written in SPELLINGS:
        plain = plain.str.replace(spelt, written)
    found = pl.repeat(None, len(texts), dtype=pl.Int64, eager=True)
    for form in FORMS:
        if found.null_count() == texts.null_count():
            break
        times = plain.set(found.is_not_null(), None).str.to_datetime(form, strict=False, time_unit="us")
        found = found.fill_null(times.dt.epoch("s"))
    return found
