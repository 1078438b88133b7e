import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.chunks import byte_chunks, last_line
from tastemaker.data.csv_log import whole_records
from tastemaker.errors import DataError

LINES = b"".join(b"line %d\n" % number for number in range(1, 101))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        gzip.compress(LINES),
        gzip.compress(LINES[:90]) + gzip.compress(LINES[90:]),
        b"\xef\xbb\xbf" + LINES,
        LINES[:-1],
    ],
)
@pytest.mark.parametrize("size", [10, 64, 10_000])
def test_chunks_end_where_lines_end(path: Path, content: bytes, size: int) -> None:
    path.write_bytes(content)
    chunks = list(byte_chunks(path, last_line, size))
    assert b"".join(chunk.content for chunk in chunks).rstrip(b"\n") == LINES.rstrip(b"\n")
    for chunk in chunks:
        assert chunk.content.startswith(b"line %d" % chunk.line)
    assert chunks[-1].done == 1.0
    assert not any(chunk.is_torn for chunk in chunks)


def test_an_empty_file_has_no_chunk(path: Path) -> None:
    path.write_bytes(b"")
    assert list(byte_chunks(path, last_line)) == []


def test_half_a_gzip_keeps_what_was_read_and_says_so(path: Path) -> None:
    """100 lines are 792 bytes; half of them is more than 40 lines."""
    path.write_bytes(gzip.compress(LINES, 0)[:420])
    *whole, torn = byte_chunks(path, last_line)
    kept = b"".join(chunk.content for chunk in whole)
    assert kept == LINES[: kept.rindex(b"\n") + 1]
    assert torn.is_torn
    assert torn.line == kept.count(b"\n") + 1 > 40
    assert LINES.startswith(kept + torn.content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04zip", r"log\.csv: expected a plain or a gzip file, found a zip archive\. Unpack it first\.$"),
        (b"a,b\n1,\0\n", r"log\.csv: expected text, found binary data\. Check --format, or name its --encoding\.$"),
        ("a,b\n1,2\n".encode("utf-16"), r"log\.csv: expected text, found binary data\."),
        (b"x" * 100_000, r"log\.csv:1: expected lines, found 65,536 bytes without an end\. Check the file\.$"),
    ],
)
def test_what_is_no_text_in_lines_is_refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(byte_chunks(path, last_line, 100))


@given(st.binary(max_size=200).map(lambda raw: raw.replace(b"\0", b"\n")), st.integers(1, 50))
def test_no_byte_is_lost(tmp_path_factory: pytest.TempPathFactory, content: bytes, size: int) -> None:
    path = tmp_path_factory.mktemp("chunks") / "log"
    path.write_bytes(b"\n" + content)
    chunks = list(byte_chunks(path, last_line, max(size, 60)))
    assert b"".join(chunk.content for chunk in chunks) == b"\n" + content


def test_a_gzip_with_a_wrong_byte_keeps_what_is_before(path: Path) -> None:
    random = bytes(range(1, 256)) * 2000
    packed = bytearray(gzip.compress(LINES, 0) + gzip.compress(random, 0))
    packed[len(gzip.compress(LINES, 0))] = 0x55
    path.write_bytes(packed)
    whole, torn = byte_chunks(path, last_line)
    assert (whole.content, torn.content, torn.line) == (LINES, b"", 101)


def test_records_end_outside_of_quotes() -> None:
    assert whole_records(b'1,a\n2,"b\nc"\n3,"d\n') == len(b'1,a\n2,"b\nc"\n')
    assert whole_records(b'1,"b\nc\n') == 0
    assert whole_records(b"1,2") == 0


def test_old_macs_line_ends_become_ours(path: Path) -> None:
    path.write_bytes(LINES.replace(b"\n", b"\r"))
    chunks = list(byte_chunks(path, last_line, 64))
    assert b"".join(chunk.content for chunk in chunks) == LINES
    path.write_bytes(b"a\rb\n" + LINES)
    assert b"".join(chunk.content for chunk in byte_chunks(path, last_line)) == b"a\rb\n" + LINES
