"""Raw files of a log, which lie in a folder or in a zip archive.

In: a path. Out: the file there, or those in it, which are read the same way wherever they lie.
"""

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tastemaker.errors import DataError

RawPath = Path | zipfile.Path
"""A file or folder, on disk or in an archive."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)
"""What reading an archive may raise; RuntimeError is that it is locked."""


def opened(path: Path) -> RawPath:
    """The inside of a zip archive; anything else as it is.

    Raises:
        DataError: it is a damaged archive.
    """
    try:
        return zipfile.Path(path) if path.is_file() and zipfile.is_zipfile(path) else path
    except _DAMAGED as error:
        raise _damaged(path, error) from None


def files_within(place: RawPath, endings: tuple[str, ...] = ("",)) -> list[RawPath]:
    """The files of a folder or archive by name; those one folder deeper where there is none at the top.

    Args:
        place: folder or inside of an archive.
        endings: of the names that count, `.gz` aside.
    """

    def fitting(folder: RawPath) -> Iterator[RawPath]:
        return (each for each in folder.iterdir() if each.is_file() and _ends(each.name, endings))

    inside = _by_name(place.iterdir())
    return _by_name(fitting(place)) or _by_name(
        each for folder in inside if folder.is_dir() for each in fitting(folder)
    )


@contextmanager
def open_bytes(file: RawPath) -> Iterator[IO[bytes]]:
    """Open a file for as long as the block lasts.

    Raises:
        DataError: the archive that it lies in is locked or damaged.
    """
    try:
        with file.open("rb") as found:
            yield found
    except _DAMAGED as error:
        if isinstance(file, Path):
            raise
        raise _damaged(file, error) from None


def size_of(file: RawPath) -> int:
    """Bytes of a file, unpacked from its archive."""
    return file.stat().st_size if isinstance(file, Path) else file.root.getinfo(file.at).file_size


def _damaged(file: RawPath, error: Exception) -> DataError:
    found = str(error) or "its end"
    return DataError(f"{file}: expected a file that can be unpacked, found {found}. Get it again, or unpack it.")


def _ends(name: str, endings: tuple[str, ...]) -> bool:
    return name.removesuffix(".gz").endswith(endings)


def _by_name(places: Iterable[RawPath]) -> list[RawPath]:
    """Without what computers put beside the files of people."""
    return sorted((each for each in places if not each.name.startswith((".", "__MACOSX"))), key=lambda each: each.name)
