"""The films and books of OpenDialKG, whole and damaged."""

import json
from typing import Any

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.delimited import RowError
from tastemaker.data.json_rows import FIELD
from tastemaker.data.opendialkg_items import Work, parse_work


def test_a_work_keeps_its_published_name() -> None:
    raw = {
        "name": "Elf (Romantic comedy Film) #15",
        "year": "2003",
        "genre": ["Family (Film genre) #395", "Family", "Comedy #2"],
        "actor": ["Will Ferrell", "Will Ferrell"],
        "language": ["English"],
    }
    parsed = parse_work({FIELD: json.dumps(["3", raw])})
    attributes = {
        "year": ("2003",),
        "decade": ("2000s",),
        "genre": ("Family", "Comedy"),
        "actor": ("Will Ferrell",),
        "language": ("English",),
    }
    assert parsed.value == Work(CatalogItem("3", "Elf", "", attributes), "Elf (Romantic comedy Film) #15")
    assert parsed.repairs == ("kind of work cut from the title",)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Torment (Book)", "Torment"),
        ("The Wash (Comedy)", "The Wash"),
        ("Spider (Psychological thriller Film)", "Spider"),
        ("The Second Coming (Science Fiction TV Program)", "The Second Coming"),
        ("The Lorax (Who Said #1) #12", "The Lorax (Who Said #1)"),
        ("New Moon (Twilight, #2)", "New Moon (Twilight, #2)"),
        ("高校デビュー 1", "高校デビュー 1"),
        ("Comedy", "Comedy"),
    ],
)
def test_only_the_kind_is_cut(name: str, title: str) -> None:
    assert parse_work({FIELD: json.dumps(["3", {"name": name}])}).value.item.title == title


def test_a_year_that_is_none_is_left_out() -> None:
    parsed = parse_work({FIELD: json.dumps(["3", {"name": "Beowulf", "year": "975"}])})
    assert parsed.value.item.attributes == {}
    assert parsed.repairs == ("year is no year",)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ([None, {"name": "Elf"}], "item id is no id"),
        (["3", "Elf"], "item is not an object"),
        (["3", {}], "name is not text"),
        (["3", {"name": " "}], "no name"),
        (["3", {"name": "Elf", "year": 2003}], "year is not text"),
        (["3", {"name": "Elf", "genre": "Comedy"}], "genre is not a list"),
    ],
)
def test_a_bad_item_is_rejected(entry: list[Any], reason: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_work({FIELD: json.dumps(entry)})
    assert str(caught.value) == reason
