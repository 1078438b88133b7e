"""Clicks on news in the published layout, whole and damaged."""

import gzip
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data import chunks, mind_log
from tastemaker.data.chunks import byte_chunks
from tastemaker.data.log import Log
from tastemaker.data.log_formats import format_of
from tastemaker.data.log_presets import preset_fields
from tastemaker.data.mind_log import BEHAVIOURS, NEWS, mind_chunks
from tastemaker.data.prepare_log import prepare_log
from tastemaker.errors import DataError

Put = Callable[..., Path]
ENTITIES = '[{"Label": "Rome", "Type": "G", "WikidataId": "Q220"}]'


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


def article(item: str, title: str, abstract: str, *behind: str) -> str:
    behind = behind or ("https://example/x.html", ENTITIES, "[]")
    return "\t".join((item, "news", "newsworld", title, abstract, *behind))


NEWS_ROWS = lines(
    article("N1", "Rain over Rome", "It &amp; rains."),
    article("N2", "大雨", ""),
    article("N3", "Third", "Cut in an entity.", "https://example/x.html", '[{"Label": "Ro'),
    article("N1", "Again", "The id stands above."),
    "N4\tnews\tnewsworld",
    article("N5", "Nine fields", "A tab\ttoo many."),
)
BEHAVIOUR_ROWS = lines(
    "1\tU1\t11/15/2019 9:05:58 AM\tN1 N2 N1\tN2-1 N3-0",
    "2\tU1\t11/13/2019 12:00:07 PM\tN1 N2\tN3-1 N1-0 N2-1",
    "3\tU2\t11/13/2019 12:00:00 AM\t\tN1-0 N2-0",
    "4\tU3\t11/13/2019 1:00:00 PM\t\tN9-1",
    "5\tU3\t13/11/2019 1:00:00 PM\t\tN1-1",
    "6\tU3\t11/13/2019 1:00:00 PM\tN1 N2",
    "7\tU3\t11/13/2019 1:00:00 PM\t\tN1 N2",
    "8\t\t11/13/2019 1:00:00 PM\t\tN1-1",
)
NOON = 1573646407
"""2019-11-13 12:00:07 UTC"""


@pytest.fixture
def folder(put: Put) -> Path:
    return put({"news.tsv": NEWS_ROWS, "behaviors.tsv": BEHAVIOUR_ROWS})


def prepared(folder: Path, out: Path) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    said: list[str] = []
    prepare_log(Log(**preset_fields("mind", (folder,))), out, say=said.append)
    return pl.read_parquet(out / "interactions.parquet"), pl.read_parquet(out / "items.parquet"), said


def test_clicks_are_views_and_those_before_come_from_the_earliest_impression(folder: Path, tmp_path: Path) -> None:
    """The history of the second row, which is earlier, ends a second before it."""
    interactions, _, _ = prepared(folder, tmp_path / "out")
    assert sorted(interactions.select("user_id", "timestamp", "item_id", "event").rows()) == [
        ("U1", NOON - 2, "N1", "view"),
        ("U1", NOON - 1, "N2", "view"),
        ("U1", NOON, "N2", "view"),
        ("U1", NOON, "N3", "view"),
        ("U1", 1573808758, "N2", "view"),
        ("U3", 1573650000, "N9", "view"),
    ]


def test_articles_are_items(folder: Path, tmp_path: Path) -> None:
    """A news id that only the behaviours name is an item of which nothing else is known."""
    _, items, said = prepared(folder, tmp_path / "out")
    kinds = [{"name": "category", "value": "news"}, {"name": "subcategory", "value": "newsworld"}]
    assert sorted(items.drop("image").rows()) == [
        ("N1", "Rain over Rome", "It & rains.", kinds),
        ("N2", "大雨", "", kinds),
        ("N3", "Third", "Cut in an entity.", kinds),
        ("N9", "", "", []),
    ]
    assert "news.tsv describes 3 of the 4 items of the log." in said


def test_what_was_repaired_and_rejected_is_told_with_its_row(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _, _, said = prepared(folder, out)
    assert said[1:3] == [
        "behaviors.tsv: 10 rows read, 0 repaired, 4 rejected (expected 5 fields, found 4: 1; impressions are not like "
        "N7-1 N8-0: 1; no user id: 1; time is not like 11/15/2019 9:05:58 AM: 1).",
        "news.tsv: 6 rows read, 2 repaired (cut short behind the abstract: 1; text: HTML removed: 1), 3 rejected "
        "(an item of this id stands above: 1; expected 8 fields, found 3: 1; expected 8 fields, found 9: 1).",
    ]
    rejected = pl.read_ndjson(out / "rejected.jsonl")
    assert rejected.select("file", "row").rows() == [
        *(("behaviors.tsv", row) for row in (5, 6, 7, 8)),
        *(("news.tsv", row) for row in (4, 5, 6)),
    ]


def test_the_earliest_impression_may_stand_in_another_chunk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [chunk.table for chunk in mind_chunks(folder / "behaviors.tsv", BEHAVIOURS)]
    monkeypatch.setattr(chunks, "_STEP", 16)
    monkeypatch.setattr(mind_log, "byte_chunks", partial(byte_chunks, size=16))
    parts = list(mind_chunks(folder / "behaviors.tsv", BEHAVIOURS))
    assert len(parts) > 4
    assert pl.concat([part.table for part in parts]).sort(BEHAVIOURS).equals(pl.concat(whole).sort(BEHAVIOURS))
    rows = {row for part in parts for row in (*part.rows, *(finding.row for finding in part.broken))}
    assert rows == {1, 2, 4, 5, 6, 7, 8}, "nobody clicked in row 3"


def test_gzip_line_ends_and_latin_1(put: Put, tmp_path: Path) -> None:
    news = lines(article("N1", "Café", "Ouvert.")).encode("latin-1").replace(b"\n", b"\r\n")
    behaviours = b"1\tU1\t1/2/2020 1:02:03 AM\t\tN1-1\r\n"
    place = put({"news.tsv": news, "behaviors.tsv.gz": gzip.compress(behaviours)})
    fields = preset_fields("mind", (place / "behaviors.tsv.gz",))
    said: list[str] = []
    prepare_log(Log(**fields), tmp_path / "out", say=said.append)
    assert pl.read_parquet(tmp_path / "out" / "items.parquet")["title"].to_list() == ["Café"]
    assert "news.tsv: 1 rows read, 1 repaired (not UTF-8, read as Latin-1: 1), 0 rejected." in said


def test_half_a_gzip(put: Put) -> None:
    packed = gzip.compress(BEHAVIOUR_ROWS.encode())
    place = put({"behaviors.tsv.gz": packed[: len(packed) // 2]})
    *_, last = mind_chunks(place / "behaviors.tsv.gz", BEHAVIOURS)
    assert last.broken[-1].reason == "the file is cut off in this row"


def test_a_zip_archive_and_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "MINDsmall_train.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("MINDsmall_train/news.tsv", NEWS_ROWS.encode("gb18030"))
        archive.writestr("MINDsmall_train/behaviors.tsv", BEHAVIOUR_ROWS.encode("gb18030"))
        archive.writestr("MINDsmall_train/entity_embedding.vec", "Q1\t0.5\n")
    info = prepare_log(Log(encoding="gb18030", **preset_fields("mind", (path,), encoding="gb18030")), tmp_path / "out")
    assert info.counts == {"interactions": 6, "items": 4, "users": 2}
    assert "大雨" in pl.read_parquet(tmp_path / "out" / "items.parquet")["title"].to_list()


def test_news_of_any_form_may_be_named(put: Put, tmp_path: Path) -> None:
    place = put({"behaviors.tsv": BEHAVIOUR_ROWS, "mine.csv": "item_id,title\nN1,Sun\n"})
    prepare_log(Log(**preset_fields("mind", (place,), place / "mine.csv")), tmp_path / "out")
    assert "Sun" in pl.read_parquet(tmp_path / "out" / "items.parquet")["title"].to_list()


@pytest.mark.parametrize(("files", "found"), [({"news.csv": ""}, "none"), ({"news.tsv": NEWS_ROWS}, "news.tsv")])
def test_clicks_are_needed(put: Put, files: dict[str, str], found: str) -> None:
    place = put(files)
    with pytest.raises(DataError) as caught:
        preset_fields("mind", (place,))
    assert str(caught.value) == (
        f"{place}: expected a file that ends in behaviors.tsv, found {found}. Pass the folder or zip that holds it."
    )


def test_a_place_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        preset_fields("mind", (tmp_path / "none",))
    assert str(caught.value) == (
        f"{tmp_path / 'none'}: expected a folder, a zip archive or a file, found nothing there. Check the path."
    )


def test_news_of_two_parts(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "dev"
    other.mkdir()
    (other / "news.tsv").write_text(NEWS_ROWS, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        preset_fields("mind", (folder, other))
    assert str(caught.value) == (
        f"expected one file that ends in news.tsv, found {folder / 'news.tsv'} and {other / 'news.tsv'}. "
        "Pass one part at a time."
    )


def test_no_usable_row(put: Put, tmp_path: Path) -> None:
    """Impressions of the published test part are not labelled."""
    place = put({"behaviors.tsv": "1\tU1\t11/13/2019 1:00:00 PM\tN1\tN2 N3\n"})
    with pytest.raises(DataError) as caught:
        prepare_log(Log(**preset_fields("mind", (place,))), tmp_path / "out", say=lambda line: None)
    assert str(caught.value) == (
        "behaviors.tsv: expected a usable row, found none in 1 rows; the first: behaviors.tsv:1: impressions are not "
        "like N7-1 N8-0 ('1\\tU1\\t11/13/2019 1:00:00 PM\\tN1\\tN2 N3'). Check the files."
    )


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("news.tsv", "mind", "mind"),
        ("news.tsv.gz", "mind", "mind"),
        ("news.tsv", "csv", "csv"),
        ("a.csv", "mind", "csv"),
        ("news.tsv", "jsonl", "csv"),
        ("u.item", "csv", "headerless"),
    ],
)
def test_news_are_read_as_such_beside_such_a_log_alone(name: str, form: str, expected: str) -> None:
    assert format_of(Path(name), form) == expected


FIELD = st.text(alphabet="N1-0 \tU/:AM9é\udc80", max_size=12)


@given(st.lists(st.lists(FIELD, max_size=9).map("\t".join), max_size=5), st.sampled_from(["news.tsv", "behaviors.tsv"]))
def test_any_row_is_read_or_told_of(tmp_path_factory: pytest.TempPathFactory, rows: list[str], name: str) -> None:
    path = tmp_path_factory.mktemp("mind") / name
    path.write_bytes("\n".join(rows).encode("utf-8", "surrogateescape"))
    columns = NEWS if name == "news.tsv" else BEHAVIOURS
    for chunk in mind_chunks(path, columns):
        assert chunk.table.columns == [*columns]
        assert len(chunk.table) == len(chunk.rows)
        assert all(finding.reason for finding in chunk.broken)
