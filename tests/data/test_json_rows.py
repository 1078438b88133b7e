"""JSON in raw rows, whole and damaged."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import (
    FIELD,
    as_id,
    as_list,
    as_object,
    as_text,
    as_texts,
    parse_row,
    read_entries,
    read_lines,
)
from tastemaker.errors import DataError

Put = Callable[..., Path]


def test_a_line_is_a_row(put: Put) -> None:
    files = RawFiles.at(put({"a.jsonl": '{"a": "x, y"}\n\n[1]\n{"cut\n'}))
    rows = read_lines(files, "a.jsonl")
    assert [row.number for row in rows] == [1, 3, 4]
    assert [parse_row(row.fields()) for row in rows[:2]] == [{"a": "x, y"}, [1]]
    with pytest.raises(RowError, match=r"^not JSON$"):
        parse_row(rows[2].fields())


def test_an_entry_of_an_object_is_a_row(put: Put) -> None:
    files = RawFiles.at(put({"a.json": json.dumps({"7": {"name": "A\nB"}, "8": []})}))
    rows = read_entries(files, "a.json")
    assert [(row.number, parse_row(row.fields())) for row in rows] == [(1, ["7", {"name": "A\nB"}]), (2, ["8", []])]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("[]", "expected an object of items by number, found list. Get it again."),
        ('{"7": ', "expected JSON, found Expecting value: line 1 column 7 (char 6). Get it again."),
    ],
)
def test_a_file_that_is_no_object(put: Put, content: str, found: str) -> None:
    place = put({"a.json": content})
    with pytest.raises(DataError) as caught:
        read_entries(RawFiles.at(place), "a.json")
    assert str(caught.value) == f"{place}/a.json: {found}"


def test_an_object_in_latin_1_is_repaired(put: Put) -> None:
    files = RawFiles.at(put({"a.json": '{"7": "Amélie", "8": "Heat"}'.encode("latin-1")}))
    rows = read_entries(files, "a.json")
    assert [(parse_row(row.fields()), row.repairs) for row in rows] == [
        (["7", "Amélie"], ("not UTF-8, read as Latin-1",)),
        (["8", "Heat"], ()),
    ]


@pytest.mark.parametrize("line", ["", "{", "[" * 100_000, "9" * 5000, "\ud800"])
def test_what_is_not_json(line: str) -> None:
    with pytest.raises(RowError, match=r"^not JSON$"):
        parse_row({FIELD: line})


@pytest.mark.parametrize(
    ("look", "good", "bad", "reason"),
    [
        (as_object, {"a": 1}, [], "it is not an object"),
        (as_list, [1], {}, "it is not a list"),
        (as_text, "a", None, "it is not text"),
        (as_texts, ["a", "b"], ["a", 1], "it is not text"),
        (as_texts, [], "ab", "it is not a list"),
        (as_id, "a-1", "a b", "it is no id"),
        (as_id, "tt01", "", "it is no id"),
        (as_id, 17, True, "it is no id"),
        (as_id, "1", "[1]", "it is no id"),
        (as_id, "1", "x" * 65, "it is no id"),
        (as_id, "1", 1.5, "it is no id"),
    ],
)
def test_what_a_value_is_not(look: Callable[[Any, str], Any], good: Any, bad: Any, reason: str) -> None:
    seen = look(good, "it")
    assert (list(seen) if isinstance(good, list) else seen) == (str(good) if look is as_id else good)
    with pytest.raises(RowError, match=f"^{reason}$"):
        look(bad, "it")


def test_a_row_has_one_field(put: Put) -> None:
    rows = read_lines(RawFiles.at(put({"a.jsonl": "1"})), "a.jsonl")
    fields: Mapping[str, str] = rows[0].fields()
    assert fields == {FIELD: "1"}
