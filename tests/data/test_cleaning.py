from collections.abc import Mapping

import pytest

from tastemaker.data.cleaning import Parsed, clean_rows
from tastemaker.data.delimited import RawRow, RowError
from tastemaker.errors import DataError


def rows(*contents: str) -> list[RawRow]:
    return [RawRow(number, content, ",", ("id", "value")) for number, content in enumerate(contents, start=1)]


def parse(fields: Mapping[str, str]) -> Parsed[tuple[str, int]]:
    if not fields["value"].strip().isdigit():
        raise RowError("value is not a number")
    is_padded = fields["value"] != fields["value"].strip()
    return Parsed((fields["id"], int(fields["value"])), ("spaces",) if is_padded else ())


def test_every_row_is_accounted_for() -> None:
    cleaned = clean_rows("x/t.csv", rows("a,1", "b, 2", "c,?", "d", "a,9", "e, 5"), parse, lambda value: value[0])
    assert cleaned.values == (("a", 1), ("b", 2), ("e", 5))
    assert cleaned.counts == {
        "read": 6,
        "repaired": 2,
        "rejected": 3,
        "repaired, spaces": 2,
        "rejected, duplicate": 1,
        "rejected, expected 2 fields, found 1": 1,
        "rejected, value is not a number": 1,
    }
    assert cleaned.rejected[0].as_row() == {
        "file": "t.csv",
        "row": 3,
        "reason": "value is not a number",
        "content": "c,?",
    }


def test_a_row_repaired_twice_counts_once() -> None:
    twice = RawRow(1, "a, 1", ",", ("id", "value"), ("not UTF-8, read as Latin-1",))
    cleaned = clean_rows("t.csv", [twice], parse, lambda value: value[0])
    assert cleaned.counts["repaired"] == 1
    assert cleaned.counts["repaired, spaces"] == cleaned.counts["repaired, not UTF-8, read as Latin-1"] == 1


def test_a_rejected_row_counts_as_no_repair() -> None:
    latin = RawRow(2, "a,7", ",", ("id", "value"), ("not UTF-8, read as Latin-1",))
    cleaned = clean_rows("t.csv", [*rows("a,1"), latin], parse, lambda value: value[0])
    assert (cleaned.counts["repaired"], cleaned.counts["rejected"]) == (0, 1)


def test_no_usable_row() -> None:
    with pytest.raises(
        DataError,
        match=r"^x/t\.csv: expected a usable row, found none in 2 rows; the first: "
        r"t\.csv:1: value is not a number \('a,\?'\)\. Get it again\.$",
    ):
        clean_rows("x/t.csv", rows("a,?", "b,?"), parse, lambda value: value[0])


def test_no_row_at_all() -> None:
    with pytest.raises(DataError, match=r"^t\.csv: expected a usable row, found none in 0 rows\. Get it again\.$"):
        clean_rows("t.csv", [], parse, lambda value: value[0])
