import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.log import Log
from tastemaker.data.log_items import item_columns, listed, read_items, with_bare_items
from tastemaker.data.schema import ITEM_COLUMNS
from tastemaker.data.tally import Tally
from tastemaker.errors import DataError

ITEMS = """sku,name,about,category,image
A,"Head
phones",很好 &amp; leicht,Audio|音频|Audio,a.jpg
 B ,,write to jo@mail.example.com,"[""Drama"", 1998]",http://example.com/b.jpg
A,again,,,
,nobody,,,
"""
COLUMNS = {"item_id": "sku", "title": "name", "text": "about", "genre": "category"}


def log(path: Path, columns: dict[str, str] = COLUMNS) -> Log:
    return Log("csv", (Path("log.csv"),), items=path, item_columns=columns)


def test_rows_become_items(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(ITEMS, encoding="utf-8")
    tally = Tally("items.csv", is_strict=False)
    columns = item_columns(log(path))
    assert columns == {**COLUMNS, "image": "image"}
    items = read_items(log(path), columns, tally)
    assert items.schema == pl.Schema(ITEM_COLUMNS)
    pairs = [("genre", "Audio"), ("genre", "音频")], [("genre", "Drama"), ("genre", "1998")]
    attributes = [[{"name": name, "value": value} for name, value in each] for each in pairs]
    assert items.rows() == [
        ("A", "Head phones", "很好 & leicht", attributes[0], "a.jpg"),
        ("B", "", "write to [email]", attributes[1], "http://example.com/b.jpg"),
    ]
    assert tally.counts == {
        "read": 4,
        "repaired": 2,
        "rejected": 2,
        "repaired, item id respelt": 1,
        "repaired, text: HTML removed": 1,
        "repaired, text: e-mail address masked": 1,
        "rejected, an item of this id stands above": 1,
        "rejected, no item id": 1,
    }
    assert [(finding.row, finding.reason) for finding in sorted(tally.findings, key=lambda each: each.row)] == [
        (5, "an item of this id stands above"),
        (6, "no item id"),
    ]


def test_values_of_a_list_are_cleaned_each_by_itself(tmp_path: Path) -> None:
    """What stands for a sign of JSON's is no sign of it."""
    path = tmp_path / "items.jsonl"
    told = {"title": "Amp", "text": ["Great.<br>Loud.", "2 &lt; 3"], "kind": ["12&quot; &amp; up"]}
    path.write_text(json.dumps({"item_id": "A", **told}))
    tally = Tally("items.jsonl", is_strict=False)
    described = Log("jsonl", (Path("log.jsonl"),), items=path, item_columns={"kind": "kind"})
    [row] = read_items(described, item_columns(described), tally).rows(named=True)
    assert (row["text"], row["attributes"]) == ("Great. Loud. 2 < 3", [{"name": "kind", "value": '12" & up'}])
    assert tally.counts["repaired, text: HTML removed"] == tally.counts["repaired, kind: HTML removed"] == 1


def test_items_of_the_log_that_nothing_describes_are_known_by_their_id(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"item_id": 1, "title": "One"}\n{"item_id": 2, "title": "Two"}\n')
    tally = Tally("items.jsonl", is_strict=False)
    described = read_items(log(path, {}), item_columns(log(path, {})), tally)
    items = with_bare_items(described, pl.Series("item_id", ["2", "3"]))
    assert items.select("item_id", "title").rows() == [("1", "One"), ("2", "Two"), ("3", "")]
    assert items.schema == pl.Schema(ITEM_COLUMNS)


def test_lists_of_parquet_are_lists(tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    pl.DataFrame({"item_id": [1], "genre": [["Drama", "War"]]}).write_parquet(path)
    columns = {"genre": "genre"}
    [item] = read_items(log(path, columns), item_columns(log(path, columns)), Tally("", is_strict=False)).rows(
        named=True
    )
    assert [pair["value"] for pair in item["attributes"]] == ["Drama", "War"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "expected columns for item_id, found sku, name. Pass --item-column item_id=sku."),
        (
            {"item_id": "sku", "title": "nam"},
            "expected a column 'nam' for title, found sku, name. Pass --item-column title=name.",
        ),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    path = tmp_path / "items.csv"
    path.write_text("sku,name\nA,b\n")
    with pytest.raises(DataError) as caught:
        item_columns(log(path, columns))
    assert str(caught.value) == f"{path}: {message}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"items\.csv: expected a file of items, found no file there\. Check"):
        item_columns(log(tmp_path / "items.csv"))


@given(st.text())
def test_values_of_an_attribute_are_words(text: str) -> None:
    assert all(value == " ".join(value.split()) != "" for value in listed(text))
