from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.headerless_log import headerless_chunks, headerless_columns
from tastemaker.errors import DataError

Put = Callable[..., Path]


def read(path: Path, *columns: str) -> tuple[list[tuple[int, tuple[str, ...]]], list[str], dict[str, list[bool]]]:
    chunks = list(headerless_chunks(path, columns))
    rows = [row for chunk in chunks for row in zip(chunk.rows, chunk.table.rows(), strict=True)]
    findings = [str(finding) for chunk in chunks for finding in chunk.broken]
    return rows, findings, {name: there.to_list() for chunk in chunks for name, there in chunk.repairs.items()}


def test_fields_stand_between_two_colons_and_lines_may_be_latin_1(put: Put) -> None:
    content = b"1::Toy: Story::Comedy|Drama\r\n\r\n2::x\r\n" + "3::Café::Drama\n".encode("latin-1")
    path = put({"movies.dat": content}) / "movies.dat"
    assert headerless_columns(path) == ("item_id", "title", "genres")
    rows, findings, repairs = read(path, "title", "item_id")
    assert rows == [(1, ("Toy: Story", "1")), (4, ("Café", "3"))]
    assert findings == ["movies.dat:3: expected 3 fields, found 2 ('2::x')"]
    assert repairs == {"not UTF-8, read as Latin-1": [False, True]}


def test_flags_become_genres(put: Put, grouplens: dict[str, str]) -> None:
    path = put(grouplens) / "u.item"
    assert headerless_columns(path)[-1] == "genres"
    rows, _, _ = read(path, "item_id", "genres")
    assert [fields for _, fields in rows] == [
        ("1", "Animation|Comedy"),
        ("2", "Drama"),
        ("267", "unknown"),
        ("1412", "Animation"),
    ]


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.dat: expected a file named u\.item, u\.data, u\.user, ratings\.dat, mov"):
        headerless_columns(tmp_path / "a.dat")


@given(st.lists(st.sampled_from([b"1::2::3::4", b"::", b"\n", b"\r\n", b"\xe9", b"x", "中".encode()]), max_size=30))
def test_every_line_is_read_or_told_of(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("dat") / "ratings.dat"
    path.write_bytes(content := b"".join(pieces))
    rows, findings, _ = read(path, "user_id", "timestamp")
    told = [row for row, _ in rows] + [int(finding.split(":")[1]) for finding in findings]
    assert sorted(told) == [row for row, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
