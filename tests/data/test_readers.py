"""What every reader owes."""

from pathlib import Path

import pytest

from tastemaker.data.files import RawFiles
from tastemaker.data.readers import READERS
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.errors import DataError


@pytest.mark.parametrize("name", READERS)
def test_a_reader_says_the_licence(name: str) -> None:
    assert len(READERS[name].licence) > 40


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if reader.wheel])
def test_a_source_pins_its_files(name: str) -> None:
    wheel = READERS[name].wheel
    assert wheel is not None
    assert set(READERS[name].counts) >= {"items", "interactions"}
    assert all(len(checksum) == 64 for checksum in wheel.members.values())
    assert len({Path(member).name for member in wheel.members}) == len(wheel.members)


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if not (reader.wheel or reader.folders)])
def test_a_format_expects_no_counts(name: str) -> None:
    assert READERS[name].counts == {}


@pytest.mark.parametrize("name", READERS)
def test_a_folder_of_something_else_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DataError, match=r"expected .*, found notes\.txt\."):
        READERS[name].needed(RawFiles.at(tmp_path))


def test_schema_orders_the_columns() -> None:
    assert list(ITEM_COLUMNS)[:2] == ["item_id", "title"]
    assert list(INTERACTION_COLUMNS)[:5] == ["user_id", "item_id", "timestamp", "event", "rating"]
