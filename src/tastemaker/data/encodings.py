"""The encoding of a text file, where its owner names it; without a name, see `log_chunk.decoded`.

In: bytes in that encoding. Out: bytes in UTF-8, with a mark for what cannot be read.
"""

import codecs
import difflib
from collections.abc import Iterable, Iterator
from typing import Final

from tastemaker.errors import DataError

UNREADABLE: Final = "\ufffd"
"""Stands for bytes that are no text in the encoding."""
COMMON: Final = ("utf-8", "utf-16", "latin-1", "cp1252", "cp1251", "gb18030", "big5", "shift_jis", "euc_kr")


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
