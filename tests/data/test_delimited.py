from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.delimited import Layout, RawRow, RowError, read_rows
from tastemaker.data.files import RawFiles
from tastemaker.errors import DataError

PLAIN = Layout("t.txt", "|", ("a", "b"))
NAMED = Layout("t.txt", "\t", ("a", "b"), header=("a:token", "b:float"))


@pytest.fixture
def rows(put: Callable[..., Path]) -> Callable[[bytes, Layout], list[RawRow]]:
    return lambda content, layout: read_rows(RawFiles.at(put({"t.txt": content})), layout)


Rows = Callable[[bytes, Layout], list[RawRow]]


def test_rows_carry_their_line_number(rows: Rows) -> None:
    found = rows(b"1|2\n\n3|4\r\n", PLAIN)
    assert [(row.number, dict(row.fields())) for row in found] == [(1, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})]


def test_columns_are_found_by_name(rows: Rows) -> None:
    (row,) = rows(b"b:float\tmore\ta:token\n2\tx\t1\n", NAMED)
    assert row.number == 2
    assert row.fields() == {"b": "2", "more": "x", "a": "1"}


def test_byte_order_mark_is_no_text(rows: Rows) -> None:
    (row,) = rows(b"\xef\xbb\xbfa:token\tb:float\n1\t2\n", NAMED)
    assert row.fields() == {"a": "1", "b": "2"}


def test_latin_1_is_a_repair(rows: Rows) -> None:
    utf8, latin = rows("é|1\n".encode() + "é|1\n".encode("latin-1"), PLAIN)
    assert utf8.fields() == latin.fields() == {"a": "é", "b": "1"}
    assert (utf8.repairs, latin.repairs) == ((), ("not UTF-8, read as Latin-1",))


def test_a_row_of_another_length(rows: Rows) -> None:
    (row,) = rows(b"1|2|3\n", PLAIN)
    with pytest.raises(RowError, match=r"^expected 2 fields, found 3$"):
        row.fields()


def test_a_missing_column_is_named(rows: Rows) -> None:
    with pytest.raises(
        DataError,
        match=r"raw/t\.txt:1: expected the columns a:token, b:float, found a:token, c: b:float missing\. Get the file",
    ):
        rows(b"a:token\tc\n1\t2\n", NAMED)


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file(rows: Rows, content: bytes) -> None:
    with pytest.raises(DataError, match=r"raw/t\.txt: expected rows of a, b, found an empty file\. Get it again\."):
        rows(content, PLAIN)


def test_a_binary_file(rows: Rows) -> None:
    with pytest.raises(DataError, match=r"raw/t\.txt: expected text, found binary data\. Get it again\."):
        rows(b"PK\x03\x04\x00\x00", PLAIN)


def test_a_few_nul_bytes_are_removed(rows: Rows) -> None:
    [first, second] = rows(b"1|2 and more words to come\n3\0|4 and more\n", PLAIN)
    assert (first.repairs, second.repairs) == ((), ("NUL characters removed",))
    assert second.fields() == {"a": "3", "b": "4 and more"}


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_data_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "t.txt").write_bytes(content)
    for layout in (PLAIN, NAMED):
        try:
            found = read_rows(RawFiles.at(folder), layout)
        except DataError:
            continue
        assert all(row.content.strip() or row.number for row in found)
        assert [row.number for row in found] == sorted({row.number for row in found})
