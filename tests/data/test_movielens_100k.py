import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tastemaker.data.files import RawFiles
from tastemaker.data.movielens_100k import needed_files, read
from tastemaker.data.prepare import order_rows
from tastemaker.errors import DataError

Raw = Mapping[str, str | bytes]
Put = Callable[..., Path]


def test_both_layouts_give_the_same_tables(put: Put, grouplens: Raw, atomic: Raw) -> None:
    ours = order_rows(read(RawFiles.at(put(grouplens, "a"))).tables, seed=0)
    theirs = order_rows(read(RawFiles.at(put(atomic, "b"))).tables, seed=0)
    assert all(ours[name].equals(theirs[name]) for name in ("items", "interactions", "users"))
    assert dict(zip(ours["items"]["item_id"], ours["items"]["title"], strict=True)) == {
        "1": "Toy Story (1995)",
        "2": "The Star Maker (L'Uomo delle stelle) (1995)",
        "267": "Unknown title",
        "1412": "Land Before Time III (1995)",
    }
    genres = {
        row["item_id"]: [p["value"] for p in row["attributes"] if p["name"] == "genre"]
        for row in ours["items"].to_dicts()
    }
    assert genres == {"1": ["Animation", "Comedy"], "2": ["Drama"], "267": [], "1412": ["Animation"]}


def test_repairs_are_counted(put: Put, atomic: Raw) -> None:
    films, ratings, viewers = read(RawFiles.at(put(atomic))).cleaned
    assert films.counts == {
        "read": 4,
        "repaired": 2,
        "rejected": 0,
        "repaired, no title": 1,
        "repaired, year taken from the title": 1,
    }
    assert ratings.counts == {"read": 4, "repaired": 0, "rejected": 0}
    assert viewers.counts == {"read": 3, "repaired": 0, "rejected": 0}


def test_bad_ratings_are_rejected_with_row_and_reason(put: Put, grouplens: Raw) -> None:
    data = "196\t1\t3\t10\n196\t1\t5\t10\n196\t1\t4\t11\n196\t1\t9\t12\n196\t8\t3\t13\nx\t1\t3\t14\n196\t1\n"
    found = read(RawFiles.at(put(grouplens, u__data=data)))
    assert [(finding.row, finding.reason) for finding in found.cleaned[1].rejected] == [
        (2, "duplicate"),
        (4, "rating out of 1..5"),
        (5, "no such item"),
        (6, "user id is not a whole number"),
        (7, "expected 4 fields, found 2"),
    ]
    assert found.tables["interactions"].select("rating", "timestamp").rows() == [(3.0, 10), (4.0, 11)]


def test_a_bad_genre_flag_and_a_repeated_film(put: Put, grouplens: Raw) -> None:
    lines = str(grouplens["u.item"]).splitlines()
    films = read(
        RawFiles.at(put(grouplens, u__item="\n".join([*lines, lines[0], "9" + lines[0][1:-1] + "x"])))
    ).cleaned[0]
    assert [(finding.row, finding.reason) for finding in films.rejected] == [
        (5, "duplicate"),
        (6, "genre flag is not 0 or 1"),
    ]


def test_latin_1_titles_arrive(put: Put, grouplens: Raw) -> None:
    raw = str(grouplens["u.item"]).replace("Toy Story", "Misérables, Les").encode("latin-1")
    found = read(RawFiles.at(put(grouplens, u__item=raw)))
    assert found.tables["items"]["title"][0] == "Les Misérables (1995)"
    assert found.cleaned[0].counts["repaired, not UTF-8, read as Latin-1"] == 1


def test_a_missing_file_is_named(put: Put, grouplens: Raw) -> None:
    folder = put({"u.data": grouplens["u.data"], "u.item": grouplens["u.item"]})
    with pytest.raises(
        DataError,
        match=r"raw: expected u\.item, u\.data, u\.user \(or ml-100k\.item, ml-100k\.inter, ml-100k\.user\), "
        r"found u\.data, u\.item\. Pass --path with their folder or zip\.$",
    ):
        needed_files(RawFiles.at(folder))


def test_a_missing_column_is_named(put: Put, atomic: Raw) -> None:
    inter = str(atomic["ml-100k.inter"]).replace("rating:float", "score:float")
    folder = put({**atomic, "ml-100k.inter": inter})
    with pytest.raises(DataError, match=r"ml-100k\.inter:1: expected the columns .*: rating:float missing\."):
        read(RawFiles.at(folder))


def test_a_column_less_in_every_row(put: Put, grouplens: Raw) -> None:
    folder = put(grouplens, u__data="196\t1\t3\n186\t2\t5\n")
    with pytest.raises(
        DataError, match=r"u\.data: expected a usable row, found none in 2 rows; the first: u\.data:1: expect"
    ):
        read(RawFiles.at(folder))


def test_an_empty_file_is_named(put: Put, grouplens: Raw) -> None:
    with pytest.raises(
        DataError, match=r"u\.user: expected rows of user_id, age, gender, occupation, zip_code, found an e"
    ):
        read(RawFiles.at(put(grouplens, u__user="")))


@pytest.fixture
def real_folder() -> Path:
    root = Path(os.environ.get("TASTEMAKER_DATA", Path(__file__).parents[3] / "shared" / "data"))
    folder = root / "movielens-100k"
    if not (folder / "u.data").exists():
        pytest.skip(f"no GroupLens files in {folder}; set TASTEMAKER_DATA to the folder that holds movielens-100k")
    return folder


@pytest.mark.data
def test_the_real_files_arrive_whole(real_folder: Path) -> None:
    found = read(RawFiles.at(real_folder))
    assert {name: len(table) for name, table in found.tables.items()} == {
        "items": 1682,
        "interactions": 100_000,
        "users": 943,
    }
    assert all(not cleaned.rejected for cleaned in found.cleaned)
    titles = dict(found.tables["items"].select("item_id", "title").rows())
    assert titles["267"] == "Unknown title"
    assert titles["1623"] == "La Cérémonie (1995)"
    assert titles["1128"] == "Heidi Fleiss: Hollywood Madam (1995)"
    assert not [title for title in titles.values() if title.count("(1") + title.count("Unknown") != 1]
    pairs = found.tables["items"]["attributes"].list.len().sum()
    assert pairs == 2 * 1681 + 2893 - 2  # year and decade of all but one; 2,893 genre flags, of which 2 say "unknown"
