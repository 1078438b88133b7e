import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tastemaker.data.files import RawFiles
from tastemaker.errors import DataError

RAW = {"u.data": "rows", "u.item": "films"}


@pytest.mark.parametrize("top", ["", "ml-100k/", "a/b/c/"])
def test_a_zip_is_read_with_or_without_a_top_folder(zipped: Callable[[Mapping[str, str], str], Path], top: str) -> None:
    files = RawFiles.at(zipped(RAW, top))
    assert files.has("u.data", "u.item")
    assert not files.has("u.data", "u.user")
    assert files.read("u.item") == b"films"
    assert files.where("u.item").endswith(f"raw.zip/{top}u.item")


def test_a_folder_is_read_one_level_down(put: Callable[..., Path]) -> None:
    folder = put(RAW, "ml-100k")
    assert RawFiles.at(folder.parent).read("u.data") == b"rows"
    assert RawFiles.at(folder).read("u.data") == b"rows"


def test_the_file_nearer_to_the_top_counts(put: Callable[..., Path], tmp_path: Path) -> None:
    put({"u.data": "deep"}, "raw")
    (tmp_path / "u.data").write_text("near")
    assert RawFiles.at(tmp_path).read("u.data") == b"near"


def test_of_two_files_as_near_neither_is_read(put: Callable[..., Path], tmp_path: Path) -> None:
    put({"u.data": "this"}, "one")
    put({"u.data": "that", "u.item": "films"}, "two")
    files = RawFiles.at(tmp_path)
    assert files.read("u.item") == b"films"
    with pytest.raises(DataError) as caught:
        files.read("u.data")
    assert str(caught.value) == (
        f"{tmp_path}: expected one u.data, found one/u.data and two/u.data. Pass the folder of one of them."
    )


def test_checksums_are_of_the_bytes(put: Callable[..., Path]) -> None:
    expected = hashlib.sha256(b"rows").hexdigest()
    assert RawFiles.at(put(RAW)).checksums(("u.data",)) == {"u.data": expected}


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"ml\.zip: expected a folder or a zip archive, found nothing there\. Check the "
    ):
        RawFiles.at(tmp_path / "ml.zip")


def test_neither_folder_nor_archive(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("1\t2")
    with pytest.raises(DataError, match=r"u\.data: expected a folder or a zip archive, found a file that is neither"):
        RawFiles.at(tmp_path / "u.data")


def test_a_damaged_member(zipped: Callable[[Mapping[str, str], str], Path]) -> None:
    path = zipped({"u.data": "the very same rows"}, "")
    path.write_bytes(path.read_bytes().replace(b"the very same", b"the other one"))
    with pytest.raises(DataError, match=r"raw\.zip/u\.data: expected a readable file, found Bad CRC-32"):
        RawFiles.at(path).read("u.data")
