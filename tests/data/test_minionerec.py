"""Sequences in the form of MiniOneRec, whole and damaged."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import FIELD
from tastemaker.data.minionerec import (
    HEADER,
    Histories,
    continue_history,
    listed,
    needed_files,
    parse_product,
    read,
)
from tastemaker.errors import DataError

Put = Callable[..., Path]

ITEMS: Mapping[str, Any] = {
    "0": {
        "title": "Hard Start Kit",
        "description": "['More  torque.<br>', '', 'For coolers, call 1-800-779-1102.']",
        "brand": "Supco",
    },
    "1": {
        "title": "T&uuml;rlen Indicator",
        "description": "['Cut off",
        "brand": "",
        "categories": "['Tools', 'Tools']",
    },
}


def row(user: str, history: str, item: str) -> str:
    return f"{user},\"['a, b']\",A title,\"{history}\",{item},['<a_1>'],<a_2>"


def lines(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def attributes(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


@pytest.fixture
def files(put: Put) -> RawFiles:
    """A's rows go on from validation to test; B's second row does not follow, and its item 7 has no entry."""
    valid = lines(row("A", "[0]", "1"), row("B", "[7, 1]", "0"), row("A", "[0, 1]", "1"), row("B", "[1]", "7"))
    return RawFiles.at(
        put({"items.json": json.dumps(ITEMS), "valid.csv": valid, "test.csv": lines(row("A", "[1, 1]", "0"))})
    )


def test_rows_become_histories(files: RawFiles) -> None:
    found = read(files)
    assert found.tables["interactions"].select("user_id", "item_id", "timestamp", "event").rows() == [
        ("A", "0", 0, "buy"),
        ("A", "1", 1, "buy"),
        ("A", "1", 2, "buy"),
        ("A", "0", 3, "buy"),
        ("B", "7", 0, "buy"),
        ("B", "1", 1, "buy"),
        ("B", "0", 2, "buy"),
    ]
    assert [(each.file, each.counts["read"], each.counts["rejected"]) for each in found.cleaned] == [
        ("items.json", 2, 0),
        ("valid.csv", 4, 1),
        ("test.csv", 1, 0),
    ]
    assert [str(finding) for finding in found.cleaned[1].rejected][0].startswith(
        "valid.csv:5: does not continue the user's rows so far ("
    )


def test_items_keep_what_is_known_of_them(files: RawFiles) -> None:
    found = read(files)
    items = found.tables["items"]
    assert items.select("item_id", "title", "text").rows() == [
        ("0", "Hard Start Kit", "More torque.\nFor coolers, call [phone]."),
        ("1", "Türlen Indicator", "Cut off"),
        ("7", "", ""),
    ]
    assert items["attributes"].to_list() == [attributes(("brand", "Supco")), attributes(("category", "Tools")), []]
    assert found.cleaned[0].counts == {
        "read": 2,
        "repaired": 2,
        "rejected": 0,
        "repaired, HTML removed": 2,
        "repaired, description is no list, read as it stands": 1,
        "repaired, phone number masked": 1,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ((), True)),
        ("['A drill.', \"It's sharp.\"]", (("A drill.", "It's sharp."), True)),
        ("['It's sharp.']", (("It's sharp.",), False)),
        ("[1, 2]", (("[1, 2]",), False)),
    ],
)
def test_a_list_in_words(text: str, expected: tuple[tuple[str, ...], bool]) -> None:
    assert listed(text) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,x", "not the fields of the header"),
        ('A,"x', "not the fields of the header"),
        (row("", "[0]", "1"), "no user id"),
        (row("A", "[0]", "-1"), "item id is not a whole number"),
        (row("A", "0", "1"), "history is not a list"),
        (row("A", "[0, x]", "1"), "history is not a whole number"),
        (row("old", "[5]", "1"), "does not continue the user's rows so far"),
        (row("old", "[]", "1"), "does not continue the user's rows so far"),
    ],
)
def test_a_bad_row_is_rejected_and_leaves_histories_as_they_are(line: str, reason: str) -> None:
    histories: Histories = {"old": [3, 4]}
    with pytest.raises(RowError) as caught:
        continue_history(histories, {HEADER: line})
    assert str(caught.value) == reason
    assert histories == {"old": [3, 4]}


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (["x", {}], "item id is not a whole number"),
        (["1", []], "not a JSON object"),
        (["1", {"title": None}], "a field is not text"),
    ],
)
def test_a_bad_item_is_rejected(pair: list[Any], reason: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_product({FIELD: json.dumps(pair)})
    assert str(caught.value) == reason


def test_items_and_rows_are_needed(put: Put) -> None:
    place = put({"items.json": "{}"})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected items.json and train.csv, valid.csv or test.csv, found items.json. "
        "Pass the folder or zip that holds them."
    )


@pytest.mark.parametrize(
    ("items", "found"),
    [("[1]", "expected an object of items by number, found list. Get it again."), ("{", "expected JSON, found ")],
)
def test_a_damaged_catalog_is_refused(put: Put, items: str, found: str) -> None:
    place = put({"items.json": items, "test.csv": lines(row("A", "[0]", "1"))})
    with pytest.raises(DataError) as caught:
        read(RawFiles.at(place))
    assert str(caught.value).startswith(f"{place}/items.json: {found}")


def test_other_columns_are_refused(put: Put) -> None:
    place = put({"items.json": json.dumps(ITEMS), "test.csv": "user,item\nA,1\n"})
    with pytest.raises(DataError, match=r"test\.csv:1: expected the columns user_id,history_item_title,"):
        read(RawFiles.at(place))
