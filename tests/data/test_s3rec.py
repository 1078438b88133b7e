import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.cleaning import Parsed
from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.s3rec import Product, Sequence, needed_files, parse_product, parse_sequence, read
from tastemaker.errors import DataError

Put = Callable[..., Path]

PRODUCTS: tuple[Mapping[str, Any], ...] = (
    {"id": 1, "asin": "B01", "keywords": "nail lacquer", "attributes": ["OPI", "Makeup", "Nails", "Nails"]},
    {"id": 2, "asin": "B02", "keywords": "", "attributes": ["Unknown", "Makeup"]},
    {"id": 3, "keywords": "plain soap", "attributes": ["Makeup", "Face"]},
    {"id": 4, "asin": "B04", "keywords": "never bought"},
)
ITEMS = "".join(json.dumps(product) + "\n" for product in PRODUCTS)


def attributes(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def test_sequences_and_items_become_tables(put: Put) -> None:
    """Item 3 has no ASIN, item 7 no row. "Makeup" stands second in two lists, so that in the third it is no brand."""
    found = read(RawFiles.at(put({"sequential.txt": "1 3 1 3\n2 7 2\n", "items.jsonl": ITEMS})))
    items = found.tables["items"]
    assert items.select("item_id", "title").rows() == [
        ("B01", "nail lacquer"),
        ("B02", "B02"),
        ("3", "plain soap"),
        ("B04", "never bought"),
        ("7", ""),
    ]
    assert items["attributes"].to_list() == [
        attributes(("brand", "OPI"), ("category", "Makeup"), ("category", "Nails")),
        attributes(("category", "Makeup")),
        attributes(("category", "Makeup"), ("category", "Face")),
        [],
        [],
    ]
    assert set(items["text"]) == {""}
    assert found.tables["interactions"].rows() == [
        ("1", "3", 0, "buy", None, None, None),
        ("1", "B01", 1, "buy", None, None, None),
        ("1", "3", 2, "buy", None, None, None),
        ("2", "7", 0, "buy", None, None, None),
        ("2", "B02", 1, "buy", None, None, None),
    ]
    assert [cleaned.file for cleaned in found.cleaned] == ["items.jsonl", "sequential.txt"]


def test_without_items_ids_are_names(put: Put) -> None:
    found = read(RawFiles.at(put({"sequential.txt": "5 10 9\n"})))
    assert found.tables["items"].select("item_id", "title", "text").rows() == [("9", "", ""), ("10", "", "")]


def test_a_zip_is_read(zipped: Callable[[Mapping[str, str], str], Path]) -> None:
    path = zipped({"sequential.txt": "1 1\n", "items.jsonl": ITEMS}, "amazon-beauty/")
    assert read(RawFiles.at(path)).tables["interactions"]["item_id"].to_list() == ["B01"]


def test_sequential_txt_comes_first(put: Put) -> None:
    both = put({"sequential.txt": "1 1\n", "s3rec_sequential.txt": "1 2\n"}, "both")
    assert needed_files(RawFiles.at(both)) == ("sequential.txt",)
    other = put({"s3rec_sequential.txt": "1 2\n", "items.jsonl": ITEMS}, "other")
    assert needed_files(RawFiles.at(other)) == ("s3rec_sequential.txt", "items.jsonl")
    assert read(RawFiles.at(other)).tables["interactions"]["item_id"].to_list() == ["B02"]


def test_items_of_another_folder_do_not_count(put: Put, tmp_path: Path) -> None:
    put({"sequential.txt": "1 1\n"}, "toys")
    put({"items.jsonl": ITEMS}, "beauty")
    assert needed_files(RawFiles.at(tmp_path)) == ("sequential.txt",)


def test_every_bad_line_is_kept_with_its_reason(put: Put) -> None:
    lines = ["1 1 2", "2", "x 1", "3 1 2.0", "0 1", "4 1 -3", "1 5", "5 \u00b2", "", "6\t1  1 "]
    [cleaned] = read(RawFiles.at(put({"sequential.txt": "\n".join(lines)}))).cleaned
    assert [(finding.row, finding.reason) for finding in cleaned.rejected] == [
        (2, "no item"),
        (3, "user id is not a whole number"),
        (4, "item id is not a whole number"),
        (5, "user id is below 1"),
        (6, "item id is below 1"),
        (7, "duplicate"),
        (8, "item id is not a whole number"),
    ]
    assert cleaned.rejected[6].content == "5 \u00b2"
    assert cleaned.values == (Sequence(1, (1, 2)), Sequence(6, (1, 1)))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "item id is not a whole number"),
        ('{"id": true}', "item id is not a whole number"),
        ('{"id": "1"}', "item id is not a whole number"),
        ('{"id": 0}', "item id is below 1"),
        ('{"id": 1, "asin": 3}', "asin is not text"),
        ('{"id": 1, "keywords": null}', "keywords is not text"),
        ('{"id": 1, "attributes": "OPI"}', "attributes are not a list"),
        ('{"id": 1, "attributes": ["OPI", 1]}', "attribute is not text"),
    ],
)
def test_a_bad_item_is_refused(line: str, reason: str) -> None:
    with pytest.raises(RowError, match=f"^{reason}$"):
        parse_product(line)


def test_text_is_repaired_and_trimmed() -> None:
    line = '{"id": 1, "asin": " B1", "keywords": "soin cr\u00c3\u00a8me ", "attributes": ["L&#39;Oreal"]}'
    assert parse_product(line) == Parsed(Product(1, "B1", "soin cr\u00e8me", ("L'Oreal",)), ("text repaired",))
    assert parse_product('{"id": 1, "asin": " B1"}') == Parsed(Product(1, "B1", "", ()))


@pytest.mark.parametrize(
    ("items", "twice"),
    [
        ('{"id": 1, "asin": "B1"}\n{"id": 2, "asin": "B1"}\n', "B1"),
        ('{"id": 1, "asin": "7"}\n', "7"),
    ],
)
def test_two_items_of_one_name_are_refused(put: Put, items: str, twice: str) -> None:
    folder = put({"sequential.txt": "1 1 7\n", "items.jsonl": items})
    with pytest.raises(DataError) as caught:
        read(RawFiles.at(folder))
    assert str(caught.value) == (
        f"{folder}/items.jsonl: expected every item to have an asin of its own, found two items {twice!r}. "
        "Correct the file."
    )


def test_a_folder_without_sequences(put: Put) -> None:
    folder = put({"items.jsonl": ITEMS, "notes.txt": "x"})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(folder))
    assert str(caught.value) == (
        f"{folder}: expected sequential.txt or s3rec_sequential.txt, found items.jsonl, notes.txt. "
        "Pass the folder or zip that holds it."
    )


def test_a_file_without_a_usable_line(put: Put) -> None:
    folder = put({"sequential.txt": "user\n"})
    with pytest.raises(DataError) as caught:
        read(RawFiles.at(folder))
    assert str(caught.value) == (
        f"{folder}/sequential.txt: expected a usable row, found none in 1 rows; the first: "
        "sequential.txt:1: user id is not a whole number ('user'). Get it again."
    )


IDS = st.integers(1, 10**17)


@given(IDS, st.lists(IDS, min_size=1), st.sampled_from([" ", "\t", "  "]))
def test_what_is_written_is_read(user: int, items: list[int], separator: str) -> None:
    assert parse_sequence(separator.join(map(str, (user, *items)))).value == Sequence(user, tuple(items))


@given(st.text(st.characters(exclude_characters="\n")) | st.text("0123456789 -.x", min_size=1))
def test_any_line_is_a_sequence_or_refused(line: str) -> None:
    try:
        value = parse_sequence(line).value
    except RowError:
        return
    assert [int(field) for field in line.split()] == [value.user, *value.items]
    assert min(value.user, *value.items) >= 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "asin", "keywords", "attributes"]), inner),
    max_leaves=8,
)


@given(JSON.map(json.dumps) | st.text())
def test_any_line_is_a_product_or_refused(line: str) -> None:
    try:
        assert parse_product(line).value.number >= 1
    except RowError:
        return
