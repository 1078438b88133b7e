from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tastemaker.data.log import Log
from tastemaker.data.log_presets import preset_fields
from tastemaker.data.prepare_log import prepare_log
from tastemaker.data.storage import DataSetInfo, read_table
from tastemaker.errors import DataError

Put = Callable[..., Path]
SHOP = {
    "shop.inter": "user_id:token\titem_id:token\ttimestamp:float\tstore:token\nann\tA\t5.0\tx\nbob\tB C\t6e2\ty\n",
    "shop.item": "item_id:token\titem_name:token_seq\tcategories:token_seq\tbrand:token\tprice:float\tv:float_seq\n"
    'A\tDesk lamp, 7" wide\tOffice Light\tAcme & Co\t12.5\t.1 .2\nB C\t\t\tAC|DC\t\t\n',
    "shop.user": "user_id:token\tage:float\thobbies:token_seq\tvector:float_seq\nann\t30\tchess go\t.1 .2\n",
    "shop.kg": "head_id:token\trelation_id:token\ttail_id:token\n",
}


def prepared(*paths: Path, out: Path, items: Path | None = None, **fields: object) -> DataSetInfo:
    return prepare_log(Log(**preset_fields("recbole", paths, items) | fields), out)


def attributes(out: Path, name: str, key: str) -> dict[str, list[tuple[str, str]]]:
    rows = read_table(out, name).to_dicts()
    return {row[key]: [(pair["name"], pair["value"]) for pair in row["attributes"]] for row in rows}


def test_atomic_files_become_a_data_set(put: Put, tmp_path: Path) -> None:
    out = tmp_path / "out"
    info = prepared(put(SHOP), out=out)
    assert info.counts == {"interactions": 2, "items": 2, "users": 2}
    assert read_table(out, "interactions").select("user_id", "item_id", "timestamp", "event").rows() == [
        ("ann", "A", 5, "view"),
        ("bob", "B C", 600, "view"),
    ]
    assert dict(read_table(out, "items").select("item_id", "title").rows()) == {"A": 'Desk lamp, 7" wide', "B C": ""}
    assert attributes(out, "items", "item_id") == {
        "A": [("category", "Office"), ("category", "Light"), ("brand", "Acme & Co"), ("price", "12.5")],
        "B C": [("brand", "AC|DC")],
    }
    assert attributes(out, "users", "user_id") == {"ann": [("age", "30"), ("hobbies", "chess go")], "bob": []}
    assert not any(counts["rejected"] for counts in info.cleaning.values())


def test_the_atomic_files_of_movielens(put: Put, atomic: Mapping[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    info = prepared(put(atomic), out=out)
    assert info.counts == {"interactions": 4, "items": 4, "users": 3}
    assert attributes(out, "items", "item_id")["1"] == [("year", "1995"), ("genre", "Animation"), ("genre", "Comedy")]
    assert read_table(out, "interactions")["rating"].to_list() == [1.0, 5.0, 3.0, 4.0]


@pytest.mark.parametrize("top", ["", "shop/"])
def test_a_zip_archive_and_a_file_are_read_too(zipped: Callable[..., Path], put: Put, tmp_path: Path, top: str) -> None:
    whole = prepared(put(SHOP), out=tmp_path / "whole")
    for number, path in enumerate((zipped(SHOP, top), tmp_path / "raw/shop.inter")):
        assert prepared(path, out=tmp_path / str(number)).checksums == whole.checksums


def test_parts_of_a_split_are_one_log(put: Put, tmp_path: Path) -> None:
    head = "user_id:token\titem_id:token\n"
    folder = put({"a.train.inter": head + "u\ti\n", "a.test.inter": head + "u\tj\n"})
    info = prepared(folder, out=tmp_path / "out")
    assert (info.counts["interactions"], list(info.cleaning)) == (2, ["a.test.inter", "a.train.inter"])


def test_another_scale(put: Put, tmp_path: Path) -> None:
    folder = put({"a.inter": "user_id:token\titem_id:token\trating:float\nu\ti\t10\n"})
    prepared(folder, out=tmp_path / "out", rating_scale=(0.0, 10.0))
    assert read_table(tmp_path / "out", "interactions")["rating"].to_list() == [5.0]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"a.txt": ""}, "{}: expected a file that ends in .inter, found a.txt. Pass the folder or zip that holds it."),
        (
            {"a.inter": "user_id\titem_id\nu\ti\n"},
            "{}/a.inter: expected names with types, such as user_id:token, found 'user_id'. "
            "Read it with --format csv, or correct its first line.",
        ),
        (
            {"a.inter": "user_id:token\titem_id_list:token_seq\titem_id:token\nu\ti\tj\n"},
            "{}/a.inter: expected one interaction a row, found item_id_list. Pass the .inter file before.",
        ),
        (
            {"a.inter": "user_id:token\titem_id:token\n", "a.item": "", "b.item": ""},
            "expected one file that ends in .item, found {}/a.item and {}/b.item. Pass one folder.",
        ),
    ],
)
def test_what_is_not_there_is_named(put: Put, raw: Mapping[str, str], message: str) -> None:
    folder = put(raw)
    with pytest.raises(DataError) as caught:
        preset_fields("recbole", (folder,))
    assert str(caught.value) == message.replace("{}", str(folder))


def test_other_names_are_told_with_the_flag(put: Put, tmp_path: Path) -> None:
    folder = put({"a.inter": "session_id:token\titem_id:token\ns\ti\n"})
    with pytest.raises(DataError, match=r"expected columns for user_id, .* Pass --column user_id=session_id:token\.$"):
        prepared(folder, out=tmp_path / "out")
