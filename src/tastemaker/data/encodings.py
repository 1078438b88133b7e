"""The encoding of a text file: UTF-8, and lines that are not, Latin-1; or what its owner names.

In: bytes in that encoding. Out: text, or bytes in UTF-8 with a mark for what cannot be read.
"""

import codecs
import difflib
from collections.abc import Iterable, Iterator
from typing import Final

from tastemaker.errors import DataError

UNREADABLE: Final = "\ufffd"
"""Stands for bytes that are no text in the encoding."""
BOM: Final = b"\xef\xbb\xbf"
"""What may stand at the start of UTF-8."""
NOT_UTF8: Final = "not UTF-8, read as Latin-1"
NULS: Final = "NUL characters removed"
FEW: Final = 0.05
"""Share of NUL bytes that text may have; in UTF-16, about half are."""
COMMON: Final = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr")


def decoded(line: bytes) -> tuple[str, str | None]:
    """The text of a line, and the name of the repair if it is not UTF-8."""
    try:
        return line.decode("utf-8"), None
    except UnicodeDecodeError:
        return line.decode("latin-1"), NOT_UTF8


def check_encoding(name: str) -> None:
    """Check that there is an encoding of that name.

    Raises:
        DataError: there is none.
    """
    try:
        b"a".decode(name, errors="replace")
    except (LookupError, ValueError):
        near = difflib.get_close_matches(name.casefold(), COMMON, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "Pass one of these."
        raise DataError(
            f"--encoding: expected the name of an encoding, such as {', '.join(COMMON)}; found {name!r}. {hint}"
        ) from None


def recoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield in UTF-8 what comes in another encoding.

    Raises:
        DataError: the encoding begins with a mark that is not there.

    >>> b"".join(recoded([bytes.fromhex("c4"), bytes.fromhex("e3bac3")], "gb18030")).decode()
    '你好'
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    try:
        for piece in pieces:
            yield decoder.decode(piece).encode(errors="replace")
        yield decoder.decode(b"", final=True).encode(errors="replace")
    except UnicodeError as error:
        raise DataError(
            f"--encoding {encoding}: expected text in that encoding, found none ({error}). Name another, such as "
            "utf-16-le."
        ) from None
