"""The files of a raw data set, from a folder or straight out of a zip archive (a wheel is one, too)."""

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tastemaker.errors import DataError


@dataclass(frozen=True)
class RawFiles:
    """Files by their bare name, wherever in a folder (two levels deep) or archive they lie."""

    place: Path
    members: Mapping[str, str]
    """Bare name -> path inside `place`."""
    rivals: Mapping[str, str]
    """Bare name -> another file of that name that is as near to the top."""
    paths: tuple[str, ...] = ()
    """Of all files, inside `place`."""

    @classmethod
    def at(cls, place: Path) -> "RawFiles":
        """List a folder or a zip archive; of two files of one name the one nearer to the top counts.

        Raises:
            DataError: there is nothing at `place`, or it is neither.
        """
        if place.is_dir():
            found = [path.relative_to(place) for pattern in ("*", "*/*") for path in place.glob(pattern)]
            paths = [path.as_posix() for path in found if (place / path).is_file()]
        elif not place.exists():
            raise DataError(f"{place}: expected a folder or a zip archive, found nothing there. Check the path.")
        else:
            paths = [path for path in _archive(place).namelist() if not path.endswith("/")]
        members: dict[str, str] = {}
        rivals: dict[str, str] = {}
        for path in sorted(paths, key=lambda path: (path.count("/"), path)):
            nearest = members.setdefault(PurePosixPath(path).name, path)
            if nearest != path and nearest.count("/") == path.count("/"):
                rivals.setdefault(PurePosixPath(path).name, path)
        return cls(place, members, rivals, tuple(sorted(paths)))

    def below(self, folder: str) -> "RawFiles":
        """The files of one folder at the top, by their bare name."""
        start = f"{folder}/"
        inside = {path.removeprefix(start): path for path in self.paths if path.startswith(start)}
        return RawFiles(self.place, inside, {}, self.paths)

    def has(self, *names: str) -> bool:
        """Whether all of these files are there."""
        return all(name in self.members for name in names)

    def where(self, name: str) -> str:
        """A file's place, as an error message names it."""
        return f"{self.place}/{self.members[name]}"

    def read(self, name: str) -> bytes:
        """The bytes of a file given by bare name or by path.

        Raises:
            DataError: the file cannot be read, or its archive is damaged, or several files could be meant.
        """
        if name in self.rivals:
            raise DataError(
                f"{self.place}: expected one {name}, found {self.members[name]} and {self.rivals[name]}. "
                "Pass the folder of one of them."
            )
        path = self.members.get(name, name)
        try:
            if self.place.is_dir():
                return (self.place / path).read_bytes()
            with _archive(self.place) as archive:
                return archive.read(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(f"{self.where(name)}: expected a readable file, found {error}. Get it again.") from None

    def checksums(self, names: tuple[str, ...]) -> dict[str, str]:
        """SHA-256 of each of these files, given by bare name or by path."""
        return {name: hashlib.sha256(self.read(name)).hexdigest() for name in names}


def _archive(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{place}: expected a folder or a zip archive, found a file that is neither ({error}). Check the path."
        ) from None
