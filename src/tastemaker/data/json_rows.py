"""Raw rows that hold JSON: one value a line, or the entries of one object; and the look at what a value is.

In: raw files. Out: rows for `clean_rows`, whose single field `parse_row` turns into a value. What a value is not, the
`as_` functions say by a `RowError`, so that one bad row costs no other.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tastemaker.data.delimited import Layout, RawRow, RowError, read_rows
from tastemaker.data.encodings import BOM, decoded
from tastemaker.data.files import RawFiles
from tastemaker.errors import DataError

FIELD: Final = "JSON"
"""Name of the single field of a row."""
_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def read_lines(files: RawFiles, name: str) -> list[RawRow]:
    """Every line that is not blank.

    Raises:
        DataError: the file is empty or binary.
    """
    return read_rows(files, Layout(name, "\n", (FIELD,)))


def read_entries(files: RawFiles, name: str) -> list[RawRow]:
    """The entries of a file that is one object, each as JSON of its key and value; they count from 1.

    Raises:
        DataError: the file is no JSON object.
    """
    where = files.where(name)
    try:
        text, repair = decoded(files.read(name).removeprefix(BOM))
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: expected JSON, found {error}. Get it again.") from None
    if not isinstance(found, dict):
        raise DataError(f"{where}: expected an object of items by number, found {type(found).__name__}. Get it again.")
    lines = (json.dumps(pair) for pair in found.items())
    return [
        RawRow(row, line, "\n", (FIELD,), (repair,) if repair and "\\u" in line else ())
        for row, line in enumerate(lines, start=1)
    ]


def parse_row(fields: Mapping[str, str]) -> Any:
    """The value of a row.

    Raises:
        RowError: it is not JSON; a line cut in two is not.
    """
    try:
        return json.loads(fields[FIELD])
    except (ValueError, RecursionError):
        raise RowError("not JSON") from None


def as_object(value: Any, what: str) -> Mapping[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise RowError(f"{what} is not an object")
    return value


def as_list(value: Any, what: str) -> list[Any]:
    """A JSON array."""
    if not isinstance(value, list):
        raise RowError(f"{what} is not a list")
    return value


def as_text(value: Any, what: str) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise RowError(f"{what} is not text")
    return value


def as_texts(value: Any, what: str) -> tuple[str, ...]:
    """A JSON array of strings."""
    return tuple(as_text(part, what) for part in as_list(value, what))


def as_id(value: Any, what: str) -> str:
    """An id: a whole number, or a short text of letters, digits, dots, colons, hyphens and underscores."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not _ID.fullmatch(text):
        raise RowError(f"{what} is no id")
    return text
