"""A raw file as chunks of bytes that end where a record ends; gzip is unpacked on the way, and encodings become UTF-8.

In: a file, and a function that finds the last end of a record in a block. Out: chunks of about one size, each with
the line on which it begins. A gzip file that was cut in two gives what can still be read of it, and says so.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from tastemaker.data.encodings import BOM, FEW, recoded
from tastemaker.data.raw_path import RawPath, open_bytes, size_of
from tastemaker.errors import DataError

SIZE: Final = 16 * 2**20
"""Bytes of a chunk; a longer record makes a longer one."""
LONGEST: Final = 4 * SIZE
"""Bytes after which something without any end of a record is no file of records."""
_STEP: Final = 2**16
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"

Cut = Callable[[bytes], int]
"""Where the last whole record of a block ends; 0 if none does."""


@dataclass(frozen=True)
class ByteChunk:
    """Some whole records."""

    content: bytes
    line: int
    """Line of the file, from 1, on which it begins."""
    done: float
    """Share of the file that has been read with it."""
    is_torn: bool = False
    """Whether it is no record but what a damaged file ends in."""


def byte_chunks(path: RawPath, cut: Cut, size: int = SIZE, encoding: str | None = None) -> Iterator[ByteChunk]:
    """Yield the chunks of a file; a mark of UTF-8 at its start is left out, and old Macs' ends of lines become ours.

    Args:
        path: the file, on disk or in a zip archive.
        cut: finds the end of a record.
        size: bytes of a chunk.
        encoding: of the file; None leaves its bytes as they are.

    Raises:
        DataError: the file cannot be read, or is no text, or has no records.
    """
    total = max(1, size_of(path))
    rest, line, limit = b"", 1, LONGEST // SIZE * size
    with open_bytes(path) as packed:
        pieces = _pieces(packed, path)
        pieces = recoded(pieces, encoding) if encoding else pieces
        is_whole = is_more = True
        is_old = False
        while is_more:
            block, is_whole = _block(pieces, size)
            is_old = is_old or (line == 1 and not rest and b"\r" in block and b"\n" not in block)
            block = block.replace(b"\r", b"\n") if is_old else block
            is_more = is_whole and bool(block)
            rest = _text(rest + block, path, is_start=line == 1)
            end = len(rest) if is_whole and not block else cut(rest)
            if end:
                yield ByteChunk(rest[:end], line, packed.tell() / total)
                line, rest = line + rest.count(b"\n", 0, end), rest[end:]
            elif len(rest) > limit:
                raise DataError(
                    f"{path}:{line}: expected lines, found {len(rest):,} bytes without an end. Check the file."
                )
        if not is_whole:
            yield ByteChunk(rest, line, 1.0, is_torn=True)


def _block(pieces: Iterator[bytes], size: int) -> tuple[bytes, bool]:
    """About the next `size` bytes, and whether they are not the last of a damaged file."""
    found = bytearray()
    try:
        for piece in pieces:
            found += piece
            if len(found) >= size:
                break
    except EOFError:
        return bytes(found), False
    return bytes(found), True


def last_line(block: bytes) -> int:
    """Where the last whole line ends."""
    return block.rfind(b"\n") + 1


def _pieces(packed: IO[bytes], path: RawPath) -> Iterator[bytes]:
    """Yield what a file holds, unpacked; raises EOFError where a gzip file is damaged."""
    start = packed.read(len(_ZIP))
    packed.seek(0)
    if start == _ZIP:
        raise DataError(f"{path}: expected a plain or a gzip file, found a zip archive. Unpack it first.")
    raw = iter(lambda: packed.read(_STEP), b"")
    return _unpacked(raw) if start.startswith(_GZIP) else raw


def _unpacked(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Yield all members of a gzip file, one after the other."""
    member = None
    for packed in raw:
        left = packed
        while left := left if member else left.lstrip(b"\0"):
            member = member or zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                yield member.decompress(left)
            except zlib.error:
                raise EOFError from None
            left, member = (member.unused_data, None) if member.eof else (b"", member)
    if member:
        raise EOFError


def _text(content: bytes, path: RawPath, is_start: bool) -> bytes:
    """What a block holds; `log_chunk.mended` looks after the few characters in it that are none."""
    if is_start and content.count(b"\0") > FEW * len(content):
        raise DataError(f"{path}: expected text, found binary data. Check --format, or name its --encoding.")
    return content.removeprefix(BOM) if is_start else content
