import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.schema import DIALOGUE_COLUMNS, INTERACTION_COLUMNS
from tastemaker.data.storage import FORMAT_VERSION, DataSetInfo, file_checksum, read_info, read_table, write_dataset
from tastemaker.errors import DataError

INFO = DataSetInfo("toy", "a test", "none", counts={"items": 1}, seed=3, source_checksums={"raw": "ab"})


def tables(title: str = "Heat (1995)") -> dict[str, pl.DataFrame]:
    row = ("u", "1", 5, "rating", 4.0, None, None)
    return {
        "items": Catalog((CatalogItem("1", title),)).to_table(),
        "interactions": pl.DataFrame([row], schema=pl.Schema(INTERACTION_COLUMNS), orient="row"),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "deep" / "ml"
    write_dataset(place, tables(), INFO, [{"file": "u.data", "row": 2, "reason": "duplicate", "content": "é"}])
    return place


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def test_round_trip(folder: Path) -> None:
    assert read_table(folder, "items").equals(tables()["items"])
    assert read_table(folder, "interactions").equals(tables()["interactions"])
    info = read_info(folder)
    assert (info.name, info.seed, info.source_checksums, info.version) == ("toy", 3, {"raw": "ab"}, FORMAT_VERSION)
    assert info.checksums == {name: file_checksum(folder / name) for name in ("items.parquet", "interactions.parquet")}
    assert json.loads((folder / "rejected.jsonl").read_text()) == {
        "file": "u.data",
        "row": 2,
        "reason": "duplicate",
        "content": "é",
    }
    assert left_over(folder) == []


def test_a_data_set_is_replaced_whole(folder: Path) -> None:
    (folder / "users.parquet").write_bytes(b"old")
    write_dataset(folder, tables("Casino (1995)"), INFO, [])
    assert read_table(folder, "items")["title"].to_list() == ["Casino (1995)"]
    assert not (folder / "users.parquet").exists()
    assert left_over(folder) == []


def test_what_a_killed_run_left_confuses_nobody(folder: Path) -> None:
    for name in (".ml.part", ".ml.old"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "users.parquet").write_bytes(b"half")
    write_dataset(folder, tables("Casino (1995)"), INFO, [])
    assert sorted(path.name for path in folder.iterdir()) == [
        "dataset.json",
        "interactions.parquet",
        "items.parquet",
        "rejected.jsonl",
    ]
    assert left_over(folder) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), pl.exceptions.ComputeError("No space left")])
def test_a_full_disk_leaves_the_old_data_set(folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(pl.DataFrame, "write_parquet", fail)
    with pytest.raises(
        DataError,
        match=r"ml: could not write the data set \(.*No space left.*\)\. Free some space or pass another --out\.",
    ):
        write_dataset(folder, tables("Casino (1995)"), INFO, [])
    assert read_table(folder, "items")["title"].to_list() == ["Heat (1995)"]
    assert left_over(folder) == []


def test_other_peoples_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(
        DataError, match=r"expected an empty folder or a data set to replace, found other files\. Pass an"
    ):
        write_dataset(tmp_path, tables(), INFO, [])
    with pytest.raises(
        DataError, match=r"letter\.txt: expected a folder for the data set, found a file\. Pass another --o"
    ):
        write_dataset(tmp_path / "letter.txt", tables(), INFO, [])
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_folder_that_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(
        DataError,
        match=r"expected a data set folder with a dataset\.json, found none\. Make one with `tastemaker prepare ",
    ):
        read_info(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"version": 3, "name": "x"}',
            r"expected version 2 or older, found 3, written by a newer tastemaker\. Upgrade",
        ),
        ('{"name": ', r"dataset\.json: expected JSON, found Expecting value"),
        ("[]", r"dataset\.json: expected an object with a version, found list\. Prepare the data set again\."),
        ('{"version": "one"}', r"expected an object with a version, found the keys version\. Prepare"),
        (
            '{"version": 1, "name": "x"}',
            r"dataset\.json: expected source, licence, found the keys version, name\. Prep",
        ),
    ],
)
def test_a_dataset_json_that_cannot_be_used(folder: Path, content: str, message: str) -> None:
    (folder / "dataset.json").write_text(content)
    with pytest.raises(DataError, match=message):
        read_info(folder)


def test_keys_of_a_later_revision_are_passed_over(folder: Path) -> None:
    path = folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"mood": "good"}))
    assert read_info(folder).name == "toy"


def test_a_missing_table(folder: Path) -> None:
    (folder / "items.parquet").unlink()
    with pytest.raises(
        DataError, match=r"ml: expected items\.parquet, found no such file\. Prepare the data set again\."
    ):
        read_table(folder, "items")


@given(st.floats(0, 0.99))
def test_a_truncated_table(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    folder = tmp_path_factory.mktemp("cut")
    tables()["items"].write_parquet(folder / "items.parquet")
    whole = (folder / "items.parquet").read_bytes()
    (folder / "items.parquet").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataError, match=r"items\.parquet: expected a Parquet file, found one that cannot be read \("):
        read_table(folder, "items")


def test_a_missing_column(folder: Path) -> None:
    tables()["items"].drop("title").write_parquet(folder / "items.parquet")
    with pytest.raises(DataError, match=r"expected a column 'title', found item_id, text, attributes, image\."):
        read_table(folder, "items")


def test_a_column_of_another_type(folder: Path) -> None:
    tables()["items"].with_columns(title=pl.lit(3)).write_parquet(folder / "items.parquet")
    with pytest.raises(DataError, match=r"items\.parquet: expected column 'title' as String, found Int32\."):
        read_table(folder, "items")


def test_columns_that_version_1_has_not_are_read_as_null(folder: Path) -> None:
    talks = dialogue_table([Dialogue("d", (Turn("user", "Hi", (), (), ()),))])
    talks.drop("unsaid").write_parquet(folder / "dialogues.parquet")
    read = read_table(folder, "dialogues")
    assert read["liked"].to_list() == [[]]
    assert read["unsaid"].to_list() == [None]
    assert read.schema["unsaid"] == DIALOGUE_COLUMNS["unsaid"]
