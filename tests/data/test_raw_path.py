import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tastemaker.data.log import Log
from tastemaker.data.log_formats import log_files
from tastemaker.data.prepare_log import prepare_log
from tastemaker.data.raw_path import files_within, open_bytes, opened, size_of
from tastemaker.errors import DataError

LOG = "user_id,item_id,timestamp\nann,A,1\nbob,B,2\n"
Zipped = Callable[..., Path]


@pytest.mark.parametrize("top", ["", "logs/"])
def test_a_zip_archive_is_a_folder(zipped: Zipped, tmp_path: Path, top: str) -> None:
    path = zipped({"b.csv": LOG, "a.csv": LOG[:26] + "cy,C,3\ndi,C,3\n", "notes.txt": "", ".hidden.csv": ""}, top)
    assert [file.name for file in files_within(opened(path))] == ["a.csv", "b.csv", "notes.txt"]
    info = prepare_log(Log("csv", (path,)), tmp_path / "out")
    assert info.counts == {"interactions": 4, "items": 3, "users": 4}
    assert list(info.cleaning) == ["a.csv", "b.csv"]


def test_a_file_beside_a_folder_hides_nothing_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "log.zip", "w") as archive:
        archive.writestr("README.txt", "about")
        archive.writestr("logs/a.csv", LOG)
    [file] = log_files(Log("csv", (tmp_path / "log.zip",)))
    assert file.name == "a.csv"


def test_a_file_of_an_archive_is_read_like_any_other(zipped: Zipped) -> None:
    [file] = log_files(Log("csv", (zipped({"a.csv": LOG}, "logs/"),)))
    with open_bytes(file) as opened_file:
        assert opened_file.read().decode() == LOG
    assert size_of(file) == len(LOG)
    assert str(file).endswith("raw.zip/logs/a.csv")


def test_a_damaged_archive_is_one_line(tmp_path: Path) -> None:
    """A wrong byte shows in the checksum that is looked at when the end of the file is reached."""
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", LOG)
    path.write_bytes(path.read_bytes().replace(b"ann,A", b"ann,X"))
    with pytest.raises(DataError, match=r"log\.csv: expected a file that can be unpacked, found Bad CRC-32 .*Get it a"):
        prepare_log(Log("csv", (path,)), tmp_path / "out")


def test_a_locked_archive_is_one_line(tmp_path: Path) -> None:
    """Bit 0 of the flags, at 6 in the header of a file and at 8 in the directory, says that it is encrypted."""
    path = tmp_path / "log.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", LOG)
    raw = bytearray(path.read_bytes())
    for start, offset in ((raw.index(b"PK\x03\x04"), 6), (raw.index(b"PK\x01\x02"), 8)):
        raw[start + offset : start + offset + 2] = struct.pack("<H", 1)
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"log\.zip/log\.csv: expected a file that can be unpacked, found .*encrypted"):
        prepare_log(Log("csv", (path,)), tmp_path / "out")


def test_parquet_stays_on_disk(zipped: Zipped, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.parquet: expected a Parquet file on disk, found one in an archive\. Unp"):
        prepare_log(Log("parquet", (zipped({"a.parquet": b"PAR1"}, ""),)), tmp_path / "out")


def test_a_torn_archive_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(b"PK\x05\x06" + b"\xff" * 16 + b"\0\0")
    with pytest.raises(DataError) as caught:
        prepare_log(Log("csv", (path,)), tmp_path / "out")
    assert str(caught.value) == (
        f"{path}: expected a file that can be unpacked, found Bad offset for central directory. Get it again, "
        "or unpack it."
    )
