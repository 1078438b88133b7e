import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tastemaker.data import scratch
from tastemaker.data.log import Log
from tastemaker.data.prepare_log import prepare_log
from tastemaker.data.storage import DataSetInfo, read_info, read_table
from tastemaker.errors import DataError

Prepare = Callable[..., tuple[DataSetInfo, list[str]]]
SHOP = """customer,sku,when,what,stars,words
ann,A,2020-01-01,click,,
ann,B,1577923200000,purchase,,
bob,A,1577923201,rating,4,"很好，
最高！"
bob,A,1577923201,rating,4,"很好，
最高！"
bob,C,1577923201,zzz,,
bob
"""
COLUMNS = {
    "user_id": "customer",
    "item_id": "sku",
    "timestamp": "when",
    "event": "what",
    "rating": "stars",
    "review": "words",
}


@pytest.fixture
def prepared(tmp_path: Path) -> Prepare:
    """Prepare a file of this content, and what was said."""

    def run(content: str | bytes = SHOP, name: str = "log.csv", **fields: Any) -> tuple[DataSetInfo, list[str]]:
        path, said = tmp_path / name, []
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        log = Log(**({"form": "csv", "paths": (path,), "columns": COLUMNS} | fields))
        return prepare_log(log, tmp_path / "shop", say=said.append), said

    return run


def test_a_log_becomes_a_data_set(prepared: Prepare, tmp_path: Path) -> None:
    info, said = prepared()
    assert info == read_info(tmp_path / "shop")
    assert (info.name, info.source, info.counts) == (
        "shop",
        "files in the format csv",
        {"interactions": 3, "items": 2, "users": 2},
    )
    assert read_table(tmp_path / "shop", "interactions").rows() == [
        ("ann", "A", 1577836800, "view", None, None, None),
        ("ann", "B", 1577923200, "buy", None, None, None),
        ("bob", "A", 1577923201, "rating", 4.0, "很好，\n最高！", None),
    ]
    items = read_table(tmp_path / "shop", "items")
    assert sorted(items.rows()) == [("A", "", "", [], None), ("B", "", "", [], None)]
    assert said == [
        "Licence: your own files, of whose licence nothing is known here; what is made of them is bound to it as well.",
        "No file of items: nothing but their ids is known. Pass --items FILE for titles and more.",
        "log.csv: 6 rows read, 2 repaired (timestamp in milliseconds: 1; timestamp in text: 1), "
        "3 rejected (duplicate: 1; expected 6 fields, found 1: 1; unknown event zzz: 1).",
        "For an event that is not known by its name, pass --event zzz=view, or another of ours.",
        f"{tmp_path / 'shop'}: wrote 3 interactions, 2 items, 2 users. Rejected rows are in rejected.jsonl.",
    ]
    rejected = [json.loads(line) for line in (tmp_path / "shop/rejected.jsonl").read_text().splitlines()]
    assert [(row["row"], row["reason"]) for row in rejected] == [
        (6, "duplicate"),
        (8, "unknown event zzz"),
        (9, "expected 6 fields, found 1"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "shop"]


def test_the_same_is_reused_and_anything_else_is_not(prepared: Prepare, tmp_path: Path) -> None:
    reused = f"{tmp_path / 'shop'}: already holds 3 interactions, 2 items, 2 users of these files; nothing to do."
    prepared()
    assert prepared()[1] == [reused]
    assert prepared(events={"zzz": "view"})[0].counts["interactions"] == 4
    assert prepared(SHOP + "ann,C,5,view,,\n")[0].counts["interactions"] == 4


def test_many_small_buckets_give_the_same_as_one(
    prepared: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"u{user},i{item},{item},view,," for item in range(7) for user in range(30)]
    content = SHOP.splitlines()[0] + "\n" + "\n".join(lines) + "\n"
    prepared(content)
    once = read_table(tmp_path / "shop", "interactions")
    monkeypatch.setattr(scratch, "BUCKET", scratch.ROW * 20)
    (tmp_path / "shop/dataset.json").write_text('{"name": "", "source": "", "licence": "", "version": 1}')
    prepared(content)
    assert read_table(tmp_path / "shop", "interactions").equals(once)


def test_strict_fails_at_the_first_rejected_row_and_leaves_nothing(prepared: Prepare, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^log\.csv:8: unknown event zzz \(.*\): rejected, and --strict allows none\."):
        prepared(strict=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv"]


def test_strict_does_not_reuse_what_was_made_with_rows_rejected(prepared: Prepare) -> None:
    prepared()
    with pytest.raises(DataError, match=r"rejected, and --strict allows none\."):
        prepared(strict=True)


def test_the_items_are_no_part_of_the_log_beside_them(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "log.csv").write_text("user_id,item_id,timestamp\na,b,1\n")
    (folder / "items.csv").write_text("item_id,title\nb,Lamp\n")
    info = prepare_log(Log("csv", (folder,), items=folder / "items.csv"), tmp_path / "out")
    assert list(info.cleaning) == ["log.csv", "items.csv"]


def test_nothing_usable_is_an_error_with_advice(prepared: Prepare) -> None:
    with pytest.raises(DataError) as caught:
        prepared("user_id,item_id,timestamp,rating\na,b,1,9\na,c,1,10\n", columns={})
    shown = '{"user_id": "a", "item_id": "b", "timestamp": "1", "rating": "9"}'
    assert str(caught.value) == (
        f"log.csv: expected a usable row, found none in 2 rows; the first: log.csv:2: rating out of 1..5 ({shown!r}). "
        "If these files rate on another scale, pass --rating-scale with its worst and its best rating."
    )
    with pytest.raises(DataError, match=r"^log\.csv: expected a usable row, found none in 0 rows\. Check the files\.$"):
        prepared("user_id,item_id,timestamp,rating\n", columns={})


def test_another_scale(prepared: Prepare, tmp_path: Path) -> None:
    prepared("user_id,item_id,timestamp,rating\na,b,1,9\na,c,2,10\n", columns={}, rating_scale=(0, 10))
    assert read_table(tmp_path / "shop", "interactions")["rating"].to_list() == pytest.approx([4.6, 5.0])


def test_what_files_do_not_say_is_said(prepared: Prepare, tmp_path: Path) -> None:
    _, said = prepared("user_id,item_id\na,b\na,c\n", columns={"timestamp": ""})
    assert said[1:3] == [
        "No column of times: rows are taken to stand in the order in which things happened.",
        "No column of events or ratings: every row is taken for a view. If not, pass --event buy for all.",
    ]
    rows = read_table(tmp_path / "shop", "interactions").select("item_id", "timestamp", "event").rows()
    assert rows == [("b", 0, "view"), ("c", 1, "view")]


def test_several_spellings_of_an_id_are_told(prepared: Prepare) -> None:
    _, said = prepared("user_id,item_id,timestamp\na,b,1\n a,b,2\n", columns={})
    assert "user ids that stood there in several spellings, and are one each now: 1." in said


def test_a_folder_gives_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "b.csv").write_text("user_id,item_id,timestamp\na,c,2\n,d,3\n")
    (folder / "a.csv").write_text("item_id;when;user_id\nb;1;a\n")
    (folder / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"a\.csv: expected columns for timestamp, .* Pass --column timestamp=when\.$"):
        prepare_log(Log("csv", (folder,)), tmp_path / "out")
    (folder / "a.csv").write_text("item_id;timestamp;user_id\nb;1;a\n")
    info = prepare_log(Log("csv", (folder,)), tmp_path / "out")
    assert (info.counts["interactions"], list(info.cleaning)) == (2, ["a.csv", "b.csv"])
    assert info.cleaning["b.csv"]["rejected, no user id"] == 1


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"none\.csv: expected a file or a folder, found nothing there\. Check the path\.$"
    ):
        prepare_log(Log("csv", (tmp_path / "none.csv",)), tmp_path / "out")
    with pytest.raises(DataError, match=r"expected files that end in \.csv or \.tsv, found none\. Pass the files\.$"):
        prepare_log(Log("csv", (tmp_path,)), tmp_path / "out")


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user_id,item_id,timestamp\na,b,1\n")
    told: list[tuple[str, float]] = []
    prepare_log(Log("csv", (path,)), tmp_path / "out", track=lambda what, share: told.append((what, share)))
    assert told == [("reading", 1.0), ("ordering", 1.0)]
    assert pl.read_parquet(tmp_path / "out/interactions.parquet").height == 1


WORDS = "音质很好，最高！👍🏽 Отлично"


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_text_of_every_script_arrives_as_it_was_written(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"log.{form}"
    rows = {
        "用户": ["小明", "小红"],
        "商品": ["耳机", "ギター"],
        "时间": ["2013-01-04", "5"],
        "评论": [WORDS, "مراجعة ممتازة"],
    }
    table = pl.DataFrame(rows)
    {"csv": table.write_csv, "jsonl": table.write_ndjson, "parquet": table.write_parquet}[form](path)
    columns = {"user_id": "用户", "item_id": "商品", "timestamp": "时间", "review": "评论"}
    prepare_log(Log(form, (path,), columns), tmp_path / "shop")
    written = read_table(tmp_path / "shop", "interactions").select("user_id", "item_id", "timestamp", "review")
    assert sorted(written.rows()) == [
        ("小明", "耳机", 1357257600, WORDS),
        ("小红", "ギター", 5, "مراجعة ممتازة"),
    ]


def test_a_review_of_ten_megabytes_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    rows = [
        {"user_id": "a", "item_id": str(n), "timestamp": n, "review": "word\n" * 2_000_000 if n == 1 else "x"}
        for n in range(3)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    info = prepare_log(Log("jsonl", (path,)), tmp_path / "shop")
    assert info.cleaning["log.jsonl"] == {"read": 3, "repaired": 1, "rejected": 0, "repaired, review: text cut": 1}
    lengths = read_table(tmp_path / "shop", "interactions")["review"].str.len_chars()
    assert sorted(lengths) == [1, 1, 19_999]


def test_items_come_with_what_is_known_of_them(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("sku,name,kind\nA,Headphones,Audio|Bluetooth\nZ,Never bought,Audio\nZ,x,x\n")
    columns = {"item_id": "sku", "title": "name", "category": "kind"}
    info, said = prepared(items=tmp_path / "items.csv", item_columns=columns)
    assert info.counts == {"interactions": 3, "items": 3, "users": 2}
    assert "items.csv describes 1 of the 2 items of the log." in said
    assert "items.csv: 3 rows read, 0 repaired, 1 rejected (an item of this id stands above: 1)." in said
    titles = read_table(tmp_path / "shop", "items").select("item_id", "title")
    assert sorted(titles.rows()) == [("A", "Headphones"), ("B", ""), ("Z", "Never bought")]
    assert prepared(items=tmp_path / "items.csv", item_columns=columns)[1][0].endswith("nothing to do.")
    (tmp_path / "items.csv").write_text("sku,name,kind\nQ,Other,x\n")
    _, said = prepared(items=tmp_path / "items.csv", item_columns=columns)
    assert "items.csv describes 0 of the 2 items of the log. Do both name items in the same way?" in said


def test_half_a_gzip_keeps_its_first_half(prepared: Prepare) -> None:
    lines = "user_id,item_id,timestamp\n" + "".join(f"u,i{number},{number}\n" for number in range(1000))
    packed = gzip.compress(lines.encode())
    info, _ = prepared(packed[: len(packed) // 2], name="log.csv.gz", columns={})
    assert info.cleaning["log.csv.gz"]["rejected, the file is cut off in this row"] == 1
    assert 300 < info.counts["interactions"] == info.cleaning["log.csv.gz"]["read"] - 1


def test_mixed_encodings_are_read(prepared: Prepare, tmp_path: Path) -> None:
    head = "user_id,item_id,timestamp,review\n"
    info, _ = prepared((head + "a,b,1,很好\n").encode() + "a,c,2,schön\n".encode("latin-1"), columns={})
    assert info.cleaning["log.csv"]["repaired, not UTF-8, read as Latin-1"] == 1
    assert read_table(tmp_path / "shop", "interactions")["review"].to_list() == ["很好", "schön"]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_one_column_may_serve_twice(tmp_path: Path, form: str) -> None:
    table = pl.DataFrame({"id": ["a", "b"], "time": ["1", "2"]})
    path = tmp_path / f"log.{form}"
    {"csv": table.write_csv, "jsonl": table.write_ndjson, "parquet": table.write_parquet}[form](path)
    columns = {"user_id": "id", "item_id": "id", "timestamp": "time"}
    log = Log(form, (path,), columns, items=path, item_columns={"item_id": "id", "title": "id"})
    prepare_log(log, tmp_path / "shop")
    assert sorted(read_table(tmp_path / "shop", "items").select("item_id", "title").rows()) == [("a", "a"), ("b", "b")]
    assert read_table(tmp_path / "shop", "interactions").select("user_id", "item_id").rows() == [("a", "a"), ("b", "b")]


def test_an_event_in_two_words_is_quoted(prepared: Prepare) -> None:
    _, said = prepared("user_id,item_id,timestamp,event\na,b,1,view\na,c,2,took away\n", columns={})
    assert "For an event that is not known by its name, pass --event 'took away=view', or another of ours." in said


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("packed", [False, True])
def test_files_in_a_named_encoding(prepared: Prepare, tmp_path: Path, encoding: str, packed: bool) -> None:
    content = "user_id,item_id,timestamp,review\n小明,耳机,1,很好\n小红,耳机,2,“不错”\n".encode(encoding)
    info, _ = prepared(gzip.compress(content) if packed else content, columns={}, encoding=encoding)
    assert info.cleaning["log.csv"] == {"read": 2, "repaired": 0, "rejected": 0}
    rows = read_table(tmp_path / "shop", "interactions").select("user_id", "item_id", "review").rows()
    assert sorted(rows) == [("小明", "耳机", "很好"), ("小红", "耳机", "“不错”")]


def test_what_a_named_encoding_does_not_know_is_a_repair(prepared: Prepare, tmp_path: Path) -> None:
    info, _ = prepared(b"user_id,item_id,timestamp,review\na,b,1,caf\xe9\n", columns={}, encoding="utf-8")
    assert info.cleaning["log.csv"]["repaired, characters not readable, \ufffd for each"] == 1
    assert read_table(tmp_path / "shop", "interactions")["review"].to_list() == ["caf\ufffd"]


def test_a_few_nul_bytes_are_removed(prepared: Prepare, tmp_path: Path) -> None:
    info, _ = prepared("user_id,item_id,timestamp,review\na,b,1,on\0e\na,c,2,\0\n\0,c,3,and more words\n", columns={})
    assert info.cleaning["log.csv"]["repaired, NUL characters removed"] == 2
    assert info.cleaning["log.csv"]["rejected, no user id"] == 1
    assert read_table(tmp_path / "shop", "interactions")["review"].to_list() == ["one", None]


def test_columns_that_may_be_meant_are_named(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item_id,product name,kind\nb,Lamp,x\n")
    _, said = prepared("user_id,item_id,timestamp,action\na,b,1,buy\n", columns={}, items=tmp_path / "items.csv")
    assert said[1:3] == [
        "No column of events or ratings: every row is taken for a view. "
        "If not, pass --column event=action, or --event buy for all.",
        'items.csv: no column of titles. Pass --item-column title="product name", and --item-column NAME for each '
        "attribute.",
    ]


def test_another_encoding_is_suspected(prepared: Prepare) -> None:
    line = "If these files are not in Latin-1, pass their --encoding, such as gb18030 or cp1251."
    content = "user_id,item_id,timestamp,review\na,b,1,很好\na,c,2,好\n"
    assert line in prepared(content.encode("gb18030"), columns={})[1]
    assert line not in prepared(content, columns={})[1]
    with pytest.raises(DataError) as caught:
        prepared("用户,item_id,timestamp\na,b,1\n".encode("gb18030"), columns={})
    assert str(caught.value).endswith("Pass --column user_id=COLUMN. If names look wrong, pass the file's --encoding.")
