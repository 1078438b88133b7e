"""What every parser of raw rows keeps to: any row gives a value or a reason, and nothing else."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import FIELD, read_entries
from tastemaker.data.minionerec import HEADER, continue_history, listed
from tastemaker.data.minionerec import parse_product as parse_industrial
from tastemaker.data.omdb import parse_record
from tastemaker.data.opendialkg_items import parse_work
from tastemaker.data.redial_movies import parse_movie
from tastemaker.data.s3rec import parse_product, parse_sequence
from tastemaker.errors import DataError

Fields = Mapping[str, str]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PARSERS: Mapping[str, tuple[Callable[[Fields], Any], Any]] = {
    "film of ReDial": (parse_movie, ["7", {"name": "Heat (1995)", "genre": ["crime"], "plot": "x", "imdb_id": "tt1"}]),
    "work of OpenDialKG": (parse_work, ["7", {"name": "Elf (Book)", "year": "2003", "genre": ["x"]}]),
    "product of MiniOneRec": (
        parse_industrial,
        ["7", {"title": "Kit", "description": "['x']", "brand": "", "categories": "[]"}],
    ),
    "record of OMDb": (
        partial(parse_record, {"7": "Heat (1995)"}),
        {"movie_id": 7, "omdb": {"Response": "True", "Title": "Heat", "Year": "1995", "Plot": "x", "imdbID": "tt1"}},
    ),
    "product of S3-Rec": (
        lambda fields: parse_product(fields[FIELD]),
        {"id": 7, "asin": "B", "keywords": "x", "attributes": ["y"]},
    ),
}
"""Name -> the parser of a row, and a row that is right."""


@st.composite
def spoilt(draw: st.DrawFn, right: Any) -> Any:
    """A row of which one part is anything."""
    if not right or not isinstance(right, dict | list) or draw(st.integers(0, 3)) == 0:
        return draw(ANY)
    if isinstance(right, list):
        return [draw(spoilt(part)) for part in right]
    place = draw(st.sampled_from(sorted(right)))
    return right | {place: draw(spoilt(right[place]))}


@pytest.mark.parametrize("name", PARSERS)
def test_a_row_that_is_right_has_a_value(name: str) -> None:
    parse, right = PARSERS[name]
    assert parse({FIELD: json.dumps(right)}).value


@pytest.mark.parametrize("name", PARSERS)
@given(st.data())
def test_any_row_has_a_value_or_a_reason(name: str, data: st.DataObject) -> None:
    """A row of a list is an entry of an object, which always has a key and a value; a line may be torn."""
    parse, right = PARSERS[name]
    if isinstance(right, list):
        text = json.dumps([data.draw(st.text()), data.draw(spoilt(right[1]))])
    else:
        line = json.dumps(data.draw(spoilt(right)))
        text = line[: data.draw(st.integers(0, len(line)))] if data.draw(st.booleans()) else line
    try:
        parsed = parse({FIELD: text})
    except RowError as reason:
        assert str(reason)
    else:
        assert parsed.value


@given(st.text())
def test_any_line_is_a_sequence_or_has_a_reason(line: str) -> None:
    try:
        assert parse_sequence(line).value.items
    except RowError as reason:
        assert str(reason)


@given(st.lists(st.sampled_from(["u", '"[1, 2]"', "[]", "3", '"', ",", "中", "x"])))
def test_any_row_continues_a_history_or_has_a_reason(pieces: list[str]) -> None:
    histories: dict[str, list[int]] = {}
    try:
        user, length = continue_history(histories, {HEADER: ",".join(pieces)}).value
    except RowError as reason:
        assert str(reason)
        assert histories == {}
    else:
        assert len(histories[user]) == length


@given(st.text())
def test_any_text_is_a_list(text: str) -> None:
    parts, _ = listed(text)
    assert all(part.strip() for part in parts)


@given(st.binary(max_size=40) | ANY.map(lambda value: json.dumps(value).encode()))
def test_any_file_has_entries_or_is_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("entries")
    (folder / "a.json").write_bytes(content)
    try:
        rows = read_entries(RawFiles.at(folder), "a.json")
    except DataError as error:
        assert str(error).startswith(f"{folder}/a.json: expected ")
    else:
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
