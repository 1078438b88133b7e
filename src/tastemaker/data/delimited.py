"""Rows of a text file with one record a line and a separator between its fields."""

from collections.abc import Mapping
from dataclasses import dataclass

from tastemaker.data.encodings import FEW, NULS, decoded
from tastemaker.data.files import RawFiles
from tastemaker.errors import DataError


class RowError(Exception):
    """A row is of no use; the message is the reason that the report gives."""


@dataclass(frozen=True)
class Layout:
    """How a file is laid out."""

    file: str
    separator: str
    columns: tuple[str, ...]
    """Our names for them."""
    header: tuple[str, ...] = ()
    """The file's names for them, if its first line holds names: in any order, others among them."""


@dataclass(frozen=True)
class RawRow:
    """One line of a file."""

    number: int
    """Line in the file, from 1."""
    content: str
    separator: str
    columns: tuple[str, ...]
    """Names of the fields in this file, in order."""
    repairs: tuple[str, ...] = ()

    def fields(self) -> Mapping[str, str]:
        """The line's fields by column.

        Raises:
            RowError: the line has more or fewer fields than the file has columns.
        """
        values = self.content.split(self.separator)
        if len(values) != len(self.columns):
            raise RowError(f"expected {len(self.columns)} fields, found {len(values)}")
        return dict(zip(self.columns, values, strict=True))


def read_rows(files: RawFiles, layout: Layout) -> list[RawRow]:
    """Read every line that is not blank; a line that is not UTF-8 is read as Latin-1, and says so.

    Raises:
        DataError: the file is empty, binary, or lacks a column.
    """
    where = files.where(layout.file)
    raw = files.read(layout.file)
    if not raw.strip():
        raise DataError(f"{where}: expected rows of {', '.join(layout.columns)}, found an empty file. Get it again.")
    if raw.count(b"\0") > FEW * len(raw):
        raise DataError(f"{where}: expected text, found binary data. Get it again.")
    lines = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    columns = _header(where, lines[0], layout) if layout.header else layout.columns
    start = int(bool(layout.header))
    return [
        _row(number, line, layout.separator, columns)
        for number, line in enumerate(lines[start:], start=start + 1)
        if line.strip()
    ]


def _header(where: str, line: bytes, layout: Layout) -> tuple[str, ...]:
    found = line.decode("utf-8", errors="replace").split(layout.separator)
    missing = [name for name in layout.header if name not in found]
    if missing:
        raise DataError(
            f"{where}:1: expected the columns {', '.join(layout.header)}, found {', '.join(found)}: "
            f"{', '.join(missing)} missing. Get the file again, or name its columns so."
        )
    ours = dict(zip(layout.header, layout.columns, strict=True))
    return tuple(ours.get(name, name) for name in found)


def _row(number: int, line: bytes, separator: str, columns: tuple[str, ...]) -> RawRow:
    text, repair = decoded(line.replace(b"\0", b""))
    repairs = ((repair,) if repair else ()) + ((NULS,) if b"\0" in line else ())
    return RawRow(number, text, separator, columns, repairs)
