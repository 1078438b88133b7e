import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.jsonl_log import jsonl_chunks, jsonl_columns
from tastemaker.errors import DataError

COLUMNS = ("u", "i", "text")


def read(path: Path) -> tuple[list[tuple[int, tuple[str | None, ...]]], list[str]]:
    chunks = list(jsonl_chunks(path, COLUMNS))
    rows = [row for chunk in chunks for row in zip(chunk.rows, chunk.table.rows(), strict=True)]
    return rows, [str(finding) for chunk in chunks for finding in chunk.broken]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def test_objects_become_rows(path: Path) -> None:
    """Numbers, truth and nested values are text; a name that is missing is nothing."""
    objects = [
        {"u": 1, "i": "a", "text": "很好"},
        {"i": 4.5, "u": None, "more": 1},
        {"u": True, "i": [1, "b"], "text": ""},
    ]
    path.write_text("\n".join(json.dumps(each) for each in objects), encoding="utf-8")
    rows, findings = read(path)
    assert findings == []
    assert [(row, tuple(value or None for value in values)) for row, values in rows] == [
        (1, ("1", "a", "很好")),
        (2, (None, "4.5", None)),
        (3, ("true", '[1, "b"]', None)),
    ]
    assert jsonl_columns(path) == ("u", "i", "text", "more")


def test_numbers_are_written_alike_beside_a_broken_line(path: Path) -> None:
    """As pandas writes ids of which some are missing."""
    path.write_text('{"u": 7.0, "i": 4.5}\n{"u": 8.0, "i": 1e16}\n')
    whole, _ = read(path)
    path.write_text('{"u": 7.0, "i": 4.5}\nbroken\n{"u": 8.0, "i": 1e16}\n')
    rows, findings = read(path)
    assert len(findings) == 1
    assert [values[0] for _, values in rows] == [values[0] for _, values in whole] == ["7", "8"]


def test_names_that_come_late_in_a_large_file_are_found(path: Path) -> None:
    """As where ratings began after years of views."""
    early, late = '{"u": 1, "i": "a", "text": "%s"}' % ("x" * 400), '{"u": 1, "i": "a", "rating": 5}'
    path.write_text("\n".join([early] * 12_000 + [late] * 4_000))
    assert jsonl_columns(path) == ("u", "i", "text", "rating")


def test_a_line_cut_in_two_is_told_of_twice(path: Path) -> None:
    path.write_bytes(b'{"u": 1, "i": 2}\n{"u": 3, "i"\n: 4}\n\n[5]\n{"u": 6, "i": "caf\xe9"}\n')
    rows, findings = read(path)
    assert rows == [(1, ("1", "2", None)), (6, ("6", "café", None))]
    assert findings == [
        'log.jsonl:2: not JSON (\'{"u": 3, "i"\')',
        "log.jsonl:3: not JSON (': 4}')",
        "log.jsonl:5: not a JSON object ('[5]')",
    ]


def test_a_large_file_with_one_broken_line(path: Path) -> None:
    lines = [json.dumps({"u": number, "i": "x" * 50}) for number in range(5000)]
    lines[3000] = "{"
    path.write_text("\n".join(lines))
    rows, findings = read(path)
    assert findings == ["log.jsonl:3001: not JSON ('{')"]
    assert [row for row, _ in rows] == [*range(1, 3001), *range(3002, 5001)]


def test_half_a_gzip(path: Path) -> None:
    whole = "".join(json.dumps({"u": number}) + "\n" for number in range(100))
    path.write_bytes(gzip.compress(whole.encode(), 0)[:500])
    rows, [finding] = read(path)
    assert [row for row, _ in rows] == list(range(1, len(rows) + 1))
    assert finding.startswith(f"log.jsonl:{len(rows) + 1}: the file is cut off in this row (")
    assert 30 < len(rows) < 60


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "none in the first lines. Check --format."),
        (b"u,i\n1,2\n", "none in the first lines. Check --format."),
        (b"[1]\n", "an array. Unfold it: jq -c '.[]' FILE."),
    ],
)
def test_a_file_of_something_else_is_refused(path: Path, content: bytes, found: str) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        jsonl_columns(path)
    assert str(caught.value) == f"{path}: expected a JSON object a line, found {found}"


def test_dictionaries_of_python_are_read_and_nothing_is_run(path: Path) -> None:
    path.write_text("{'u': 'it\\'s', 'i': [1, None], 'text': b'x'}\n{'u': print(1)}\n{'u': 'a\\d'}\n{'u'\n")
    assert jsonl_columns(path) == ("u", "i", "text")
    [chunk] = jsonl_chunks(path, ("u", "i", "text"))
    assert chunk.table.rows() == [("it's", "[1, null]", "\"b'x'\""), ("a\\d", None, None)]
    assert [(finding.row, finding.reason) for finding in chunk.broken] == [(2, "not JSON"), (4, "not JSON")]
    assert {name: there.to_list() for name, there in chunk.repairs.items()} == {
        "a Python dictionary, read as JSON": [True, True]
    }


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
VALUES = st.one_of(st.none(), st.integers(-(2**60), 2**60), TEXTS)
OBJECTS = st.lists(st.dictionaries(st.sampled_from(COLUMNS), VALUES), min_size=1, max_size=6)


@given(OBJECTS, st.booleans())
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, written: list[dict[str, Any]], ascii: bool
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "log.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=ascii) + "\n" for each in written), encoding="utf-8")
    expected = [tuple("" if row.get(name) is None else str(row[name]) for name in COLUMNS) for row in written]
    rows, findings = read(path)
    assert [tuple(value or "" for value in values) for _, values in rows] == expected
    assert findings == []


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from([b'{"u": 1}', b"\n", b"{", b'"', b"}"]))))
def test_every_line_is_read_or_told_of(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "log.jsonl"
    content = b"".join(pieces).translate(None, b"\0\r").removeprefix(b"\xef\xbb\xbf")
    content = content.removeprefix(b"PK").removeprefix(b"\x1f")
    path.write_bytes(content)
    rows, findings = read(path)
    told = [row for row, _ in rows] + [int(finding.split(":")[1]) for finding in findings]
    filled = [number for number, line in enumerate(content.split(b"\n"), start=1) if line.decode("latin-1").strip()]
    assert sorted(told) == filled
