import dataclasses
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data import prepare as module
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.download import Wheel
from tastemaker.data.files import RawFiles
from tastemaker.data.prepare import order_rows, prepare
from tastemaker.data.readers import READERS
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.storage import read_info, read_table
from tastemaker.errors import DataError

Raw = Mapping[str, str]
Put = Callable[..., Path]
SOURCE = "movielens-100k"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "ml"


def test_a_folder_becomes_a_data_set(put: Put, grouplens: Raw, out: Path) -> None:
    said: list[str] = []
    info = prepare(SOURCE, out, put(grouplens, u__data=grouplens["u.data"] + "9\t1\t8\t1\n"), say=said.append)
    assert info == read_info(out)
    assert info.counts == {"interactions": 4, "items": 4, "users": 3}
    assert info.cleaning["u.data"] == {"read": 5, "repaired": 0, "rejected": 1, "rejected, rating out of 1..5": 1}
    assert json.loads((out / "rejected.jsonl").read_text()) == {
        "file": "u.data",
        "row": 5,
        "reason": "rating out of 1..5",
        "content": "9\t1\t8\t1",
    }
    assert read_table(out, "interactions")["user_id"].to_list() == ["9", "186", "196", "196"]
    assert said[0].startswith("Licence: MovieLens 100K by GroupLens")
    assert said[1] == "u.item: 4 rows read, 1 repaired (no title: 1), 0 rejected."
    assert said[2] == "u.data: 5 rows read, 0 repaired, 1 rejected (rating out of 1..5: 1)."
    assert "Warning: expected 100,000 interactions, found 4. The files may be incomplete." in said
    assert said[-1] == f"{out}: wrote 4 interactions, 4 items, 3 users. Rejected rows are in rejected.jsonl."


def test_the_same_is_reused_and_anything_else_is_not(put: Put, grouplens: Raw, out: Path) -> None:
    raw = put(grouplens)

    def is_reused(seed: int = 0) -> bool:
        said: list[str] = []
        prepare(SOURCE, out, raw, seed, said.append)
        return said == [f"{out}: already holds 4 interactions, 4 items, 3 users of this source; nothing to do."]

    assert not is_reused()
    assert is_reused()
    assert not is_reused(seed=1)
    assert is_reused(seed=1)
    put(grouplens, u__data=grouplens["u.data"].replace("196\t1\t3", "196\t1\t4"))
    assert not is_reused(seed=1)
    (out / "items.parquet").write_bytes(b"PAR1")
    assert not is_reused(seed=1)
    (out / "users.parquet").unlink()
    assert not is_reused(seed=1)
    (out / "dataset.json").write_text("{")
    assert not is_reused(seed=1)
    assert is_reused(seed=1)


def test_without_path_the_wheel_is_fetched_and_then_not_even_looked_for(
    atomic: Raw, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "recbole.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for name, content in atomic.items():
            file.writestr(f"recbole/{name}", content)
    members = {f"recbole/{name}": RawFiles.at(wheel).checksums((name,))[name] for name in atomic}
    pinned = dataclasses.replace(READERS[SOURCE].wheel, members=members)
    monkeypatch.setitem(READERS, SOURCE, dataclasses.replace(READERS[SOURCE], wheel=pinned))
    fetched: list[Wheel] = []
    monkeypatch.setattr(module, "fetch_wheel", lambda wanted, say: fetched.append(wanted) or wheel)
    info = prepare(SOURCE, out)
    assert info.source == "recbole==1.2.1"
    assert prepare(SOURCE, out) == info
    assert fetched == [pinned]


def test_an_unknown_source_names_the_nearest(out: Path) -> None:
    with pytest.raises(
        DataError,
        match=r"^source or format 'movielens-100': expected one of movielens-100k, movies, instruments, s3rec, "
        r"minionerec, redial, opendialkg, inspired, opinion_summaries, csv, jsonl, parquet, amazon, movielens, "
        r"recbole, mind, found no such name\. Did you mean 'movielens-100k'\?$",
    ):
        prepare("movielens-100", out)
    with pytest.raises(DataError, match=r"found no such name\. Pass one of these\.$"):
        prepare("zzz", out)
    with pytest.raises(DataError, match=r"^source or format 's3-rec': .* Did you mean 's3rec'\?$"):
        prepare("s3-rec", out, path=out.parent)
    with pytest.raises(DataError, match=r"^source or format 'cvs': .* Did you mean 'csv'\?$"):
        prepare("cvs", out, path=out.parent)
    with pytest.raises(
        DataError, match=r"^csv: expected a source, found the format of a log\. Call prepare_log with a Log"
    ):
        prepare("csv", out, path=out.parent)


def test_a_format_needs_a_path(out: Path) -> None:
    with pytest.raises(DataError) as caught:
        prepare("s3rec", out)
    assert str(caught.value) == (
        "s3rec: expected the folder or zip of your files, as it is a format and no source, found no path. "
        "Pass --format s3rec PATH."
    )


def test_files_in_a_format_keep_their_order(put: Put, out: Path) -> None:
    lines = ["10 3 1 2 1", "9 2 3", *(f"{user} {user} 1" for user in range(11, 40))]
    raw = put({"sequential.txt": "\n".join([*lines, "x 1"])})
    said: list[str] = []
    info = prepare("s3rec", out, raw, seed=3, say=said.append)
    assert info.counts == {"interactions": 64, "items": 32, "users": 31}
    assert (info.name, info.source) == ("ml", "files in the format s3rec")
    assert said[1:] == [
        "sequential.txt: 32 rows read, 0 repaired, 1 rejected (user id is not a whole number: 1).",
        f"{out}: wrote 64 interactions, 32 items, 31 users. Rejected rows are in rejected.jsonl.",
    ]
    assert json.loads((out / "rejected.jsonl").read_text())["row"] == 32
    histories = read_table(out, "interactions").group_by("user_id", maintain_order=True).agg("item_id")
    assert [" ".join([user, *items]) for user, items in histories.iter_rows()] == [lines[1], lines[0], *lines[2:]]
    ids = read_table(out, "items")["item_id"].to_list()
    assert ids != sorted(ids, key=int)


def test_bad_files_leave_nothing_behind(put: Put, grouplens: Raw, out: Path) -> None:
    with pytest.raises(DataError, match=r"u\.data: expected rows of user_id, .*, found an empty file"):
        prepare(SOURCE, out, put(grouplens, u__data=""))
    assert sorted(path.name for path in out.parent.iterdir()) == ["raw"]


def tables(pairs: list[tuple[str, str, int]]) -> dict[str, pl.DataFrame]:
    rows = [(user, item, time, "rating", 3.0, None, None) for user, item, time in pairs]
    catalog = [(item, item, "", [], None) for item in sorted({item for _, item, _ in pairs})]
    return {
        "items": pl.DataFrame(catalog, schema=pl.Schema(ITEM_COLUMNS), orient="row"),
        "interactions": pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row"),
    }


PAIRS = [(user, str(item), item // 20) for user in ("10", "9") for item in range(60)]


def test_order_is_by_user_then_time_and_equal_times_are_shuffled() -> None:
    ordered = order_rows(tables(PAIRS), seed=0)["interactions"]
    assert ordered["user_id"].to_list() == ["9"] * 60 + ["10"] * 60
    assert ordered["timestamp"].to_list() == sorted(item // 20 for item in range(60)) * 2
    first, second = ordered["item_id"].to_list()[:20], ordered["item_id"].to_list()[60:80]
    assert sorted(first) == sorted(second)
    assert first != second
    assert first != sorted(first, key=int)


def test_order_depends_on_the_seed_and_not_on_the_input_order() -> None:
    one, same, other = (order_rows(tables(pairs), seed) for pairs, seed in ((PAIRS, 0), (PAIRS[::-1], 0), (PAIRS, 1)))
    for name in ("items", "interactions"):
        assert one[name].equals(same[name])
        assert not one[name].equals(other[name])
        assert one[name].sort(pl.all()).equals(other[name].sort(pl.all())) if name == "interactions" else True


def test_item_rows_carry_no_order() -> None:
    ids = order_rows(tables(PAIRS), seed=0)["items"]["item_id"].to_list()
    assert sorted(ids, key=int) == [str(item) for item in range(60)]
    assert ids != sorted(ids, key=int)


def test_dialogues_stand_by_id_with_their_turns_in_order() -> None:
    talks = [Dialogue(name, (Turn("user", "Hi"), Turn("assistant", "Hello"))) for name in ("10", "9")]
    table = dialogue_table(talks)
    ordered = order_rows(tables(PAIRS) | {"dialogues": table[::-1]}, seed=0)["dialogues"]
    assert ordered.select("dialogue_id", "turn").rows() == [("9", 0), ("9", 1), ("10", 0), ("10", 1)]
