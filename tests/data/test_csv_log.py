import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data import csv_log
from tastemaker.data.chunks import ByteChunk
from tastemaker.data.csv_log import CsvLayout, csv_chunks, csv_columns
from tastemaker.data.log_chunk import LogChunk
from tastemaker.errors import DataError

Read = Callable[..., tuple[list[tuple[int, tuple[str | None, ...]]], list[str], dict[str, int]]]
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8)
COLUMNS = ("a", "b", "c")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Rows with their lines, findings, and repairs of a file with the columns a, b and c."""

    def rows_of(content: bytes | str, header: str = "a,b,c\n") -> tuple[list[object], list[str], dict[str, int]]:
        path = tmp_path / "log.csv"
        path.write_bytes(header.encode() + (content if isinstance(content, bytes) else content.encode()))
        return read_rows(path)

    return rows_of


def read_rows(path: Path) -> tuple[list[object], list[str], dict[str, int]]:
    chunks = list(csv_chunks(path, COLUMNS))
    rows = [row for chunk in chunks for row in zip(chunk.rows, chunk.table.rows(), strict=True)]
    findings = [str(finding) for chunk in chunks for finding in chunk.broken]
    repairs = {name: int(there.sum()) for chunk in chunks for name, there in chunk.repairs.items()}
    return rows, findings, repairs


def test_rows_come_with_their_lines(read: Read) -> None:
    """The second row takes two lines, and a blank line follows."""
    rows, findings, repairs = read('1,x,\n2,"y ""z""\nmore",3\n\n4,"5, 6",7\n')
    assert rows == [(2, ("1", "x", None)), (3, ("2", 'y "z"\nmore', "3")), (6, ("4", "5, 6", "7"))]
    assert (findings, repairs) == ([], {})


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xef\xbb\xbf" + separator.join(["a", " b ", "c", "a"]).encode() + b"\r\n")
    assert csv_columns(path) == ("a", "b", "c", "a.2")


def test_windows_line_ends(read: Read) -> None:
    assert read("1,2,3\r\n4,5,\r\n", "a,b,c\r\n")[0] == [(2, ("1", "2", "3")), (3, ("4", "5", None))]
    assert read("1,2,3\r\n4,5\r\n", "a,b,c\r\n")[:2] == (
        [(2, ("1", "2", "3"))],
        ["log.csv:3: expected 3 fields, found 2 ('4,5')"],
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"4,5", "expected 3 fields, found 2 ('4,5')"),
        (b"4,5,6,7", "expected 3 fields, found 4 ('4,5,6,7')"),
        (b'4,"5,6', "quotes that do not match ('4,\"5,6')"),
        (b'4,"5"x,6', "quotes that do not match ('4,\"5\"x,6')"),
    ],
)
def test_a_broken_row_is_found_among_good_ones(read: Read, line: bytes, why: str) -> None:
    good = [b"1,2,3"] * 5
    rows, findings, _ = read(b"\n".join([*good, line, *good]) + b"\n")
    assert findings == [f"log.csv:7: {why}"]
    assert [row for row, _ in rows] == [2, 3, 4, 5, 6, 8, 9, 10, 11, 12]


def test_a_quote_within_a_field_is_a_letter(read: Read) -> None:
    assert read('1,a 5" pipe,3\n4,5,6\n')[:2] == ([(2, ("1", 'a 5" pipe', "3")), (3, ("4", "5", "6"))], [])


def test_what_is_not_utf8_is_read_as_latin_1(read: Read) -> None:
    rows, findings, repairs = read("1,中文,3\n".encode() + b"4,caf\xe9,6\n")
    assert rows == [(2, ("1", "中文", "3")), (3, ("4", "café", "6"))]
    assert (findings, repairs) == ([], {"not UTF-8, read as Latin-1": 1})


def test_a_large_part_is_divided_until_what_is_broken_is_small(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3,000 rows one is ragged and one has a stray quote: little more than two small parts is read row by row."""
    by_row: list[int] = []
    whole = csv_log._row_by_row
    monkeypatch.setattr(csv_log, "SMALL", 500)

    def noted(chunk: ByteChunk, layout: CsvLayout) -> tuple[LogChunk, int]:
        part, end = whole(chunk, layout)
        by_row.append(end)
        return part, end

    monkeypatch.setattr(csv_log, "_row_by_row", noted)
    lines = [f'{number},"x\ny",3' if number < 1500 else f'{number},"x",3' for number in range(3000)]
    lines[100], lines[2000] = "ragged", 'stray,"x,3'
    rows, findings, _ = read("\n".join(lines) + "\n")
    assert len(rows) == 2998
    assert [finding.split(" (")[0] for finding in findings] == [
        "log.csv:202: expected 3 fields, found 1",
        "log.csv:3501: quotes that do not match",
    ]
    assert [row for row, _ in rows[98:103]] == [198, 200, 203, 205, 207]
    assert rows[-1] == (4500, ("2999", "x", "3"))
    assert sum(by_row) < 2000


def test_a_file_without_names_is_refused(read: Read, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"log\.csv: expected the names of columns in the first line, found none\."):
        read("", "\n")
    with pytest.raises(DataError, match=r"log\.csv: expected the names of columns in the first line, found none\."):
        read("", "")


@given(ROWS)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, str, str]]
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *written])
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    rows, findings, repairs = read_rows(path)
    filled = [row for row in written if any(row)]
    assert [tuple(field or "" for field in fields) for _, fields in rows if any(fields)] == filled
    assert (findings, repairs) == ([], {})


PIECES = (b"1,2,3", b'"', b",", b"\n", b"\r\n", b"\xe9", b'1,"a\nb",3', b"x", "中".encode())


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_every_line_is_read_or_told_of(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("csv") / "log.csv"
    content = b"".join(pieces)
    path.write_bytes(b"a,b,c\n" + content)
    rows, findings, _ = read_rows(path)
    places = [row for row, _ in rows] + [int(finding.split(":")[1]) for finding in findings]
    assert len(set(places)) == len(places)
    lines = content.split(b"\n")
    filled = {number for number, line in enumerate(lines, start=2) if line.strip()}
    assert set(places) <= filled
    assert bool(places) == bool(filled)
