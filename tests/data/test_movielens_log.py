"""MovieLens in its four layouts, which give the same data set."""

import gzip
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.log import Log
from tastemaker.data.log_presets import preset_fields
from tastemaker.data.prepare import prepare
from tastemaker.data.prepare_log import prepare_log
from tastemaker.data.storage import DataSetInfo, read_info, read_table
from tastemaker.errors import DataError

Put = Callable[..., Path]
IN_CSV = {
    "ratings.csv": "userId,movieId,rating,timestamp\n1,1,0.5,964982703\n1,3,5.0,964981247\n",
    "movies.csv": "movieId,title,genres\n1,Toy Story (1995),Comedy|Fantasy\n"
    '3,"Postino, Il (1994)",(no genres listed)\n',
    "links.csv": "movieId,imdbId,tmdbId\n1,2,3\n",
    "tags.csv": "userId,movieId,tag,timestamp\n1,1,fun,5\n",
}
ONE_M = {
    "ratings.dat": "1::1::3::978300760\n1::3::5::978302109\n2::1::1::978301968\n",
    "movies.dat": "1::Toy Story (1995)::Comedy|Fantasy\n3::Misérables, Les (1995)::Drama\n".encode("latin-1"),
    "users.dat": "1::F::1::10::48067\n2::M::56::16::98107-2117\n",
}
TEN_M = {
    "ratings.dat": "1::1::0.5::838985046\n1::3::5::838983525\n",
    "movies.dat": "1::Toy Story (1995)::Comedy\n3::Misérables, Les (1995)::Drama\n",
    "tags.dat": "15::4973::excellent!::1215184630\n",
}


def prepared(path: Path, out: Path, items: Path | None = None) -> DataSetInfo:
    prepare_log(Log(**preset_fields("movielens", (path,), items)), out)
    return read_info(out)


def ratings(out: Path) -> list[tuple[object, ...]]:
    return read_table(out, "interactions").select("user_id", "item_id", "rating").rows()


def films(out: Path) -> dict[str, tuple[str, list[str]]]:
    rows = read_table(out, "items").to_dicts()
    return {row["item_id"]: (row["title"], [pair["value"] for pair in row["attributes"]]) for row in rows}


def test_csv_has_half_stars_and_films(put: Put, tmp_path: Path) -> None:
    """Half stars .5 to 5 are stretched over 1 to 5: .5 becomes 1."""
    info = prepared(put(IN_CSV), tmp_path / "out")
    assert ratings(tmp_path / "out") == [("1", "3", 5.0), ("1", "1", 1.0)]
    assert films(tmp_path / "out") == {
        "1": ("Toy Story (1995)", ["1995", "1990s", "Comedy", "Fantasy"]),
        "3": ("Il Postino (1994)", ["1994", "1990s"]),
    }
    assert info.counts == {"interactions": 2, "items": 2, "users": 1}
    assert info.licence.startswith("MovieLens by GroupLens Research")
    assert not (tmp_path / "out/users.parquet").exists()


def test_one_million_has_whole_stars_latin_1_and_users(put: Put, tmp_path: Path) -> None:
    info = prepared(put(ONE_M), tmp_path / "out")
    assert ratings(tmp_path / "out") == [("1", "1", 3.0), ("1", "3", 5.0), ("2", "1", 1.0)]
    assert films(tmp_path / "out")["3"] == ("Les Misérables (1995)", ["1995", "1990s", "Drama"])
    users = {row["user_id"]: row["attributes"] for row in read_table(tmp_path / "out", "users").to_dicts()}
    assert [(pair["name"], pair["value"]) for pair in users["2"]] == [
        ("age", "56"),
        ("gender", "M"),
        ("occupation", "16"),
        ("zip_code", "98107-2117"),
    ]
    assert info.cleaning["movies.dat"]["repaired, not UTF-8, read as Latin-1"] == 1
    assert info.cleaning["users.dat"] == {"read": 2, "repaired": 0, "rejected": 0}


def test_ten_million_has_half_stars(put: Put, tmp_path: Path) -> None:
    prepared(put(TEN_M), tmp_path / "out")
    assert ratings(tmp_path / "out") == [("1", "3", 5.0), ("1", "1", 1.0)]
    assert films(tmp_path / "out")["3"][0] == "Les Misérables (1995)"


def test_a_hundred_thousand_equal_those_of_the_known_source(
    put: Put, grouplens: Mapping[str, str], tmp_path: Path
) -> None:
    folder = put(grouplens)
    info = prepared(folder, tmp_path / "out")
    prepare("movielens-100k", tmp_path / "known", folder, say=lambda line: None)
    for name, key in {"items": "item_id", "users": "user_id", "interactions": pl.all()}.items():
        found, known = (read_table(tmp_path / place, name).sort(key) for place in ("out", "known"))
        assert found.equals(known), name
    assert info.counts == read_info(tmp_path / "known").counts


@pytest.mark.parametrize("top", ["", "ml-1m/"])
def test_a_zip_archive_is_read_where_it_lies(zipped: Callable[..., Path], put: Put, tmp_path: Path, top: str) -> None:
    prepared(zipped(ONE_M, top), tmp_path / "out")
    prepared(put(ONE_M), tmp_path / "other")
    for name in ("items", "interactions", "users"):
        assert read_table(tmp_path / "out", name).equals(read_table(tmp_path / "other", name)), name


def test_the_file_of_ratings_is_enough(put: Put, tmp_path: Path) -> None:
    folder = put({**IN_CSV, "mine.csv": IN_CSV["ratings.csv"]})
    packed = put({"ratings.csv.gz": gzip.compress(IN_CSV["ratings.csv"].encode())}, "packed")
    for number, path in enumerate((folder / "ratings.csv", folder / "mine.csv")):
        assert prepared(path, tmp_path / str(number)).counts["items"] == 2
        assert films(tmp_path / str(number))["1"][0] == "Toy Story (1995)"
    assert prepared(packed, tmp_path / "out", folder / "movies.csv").cleaning["movies.csv"]["read"] == 2


def test_what_is_not_there_is_named(put: Put, tmp_path: Path) -> None:
    folder = put({"movies.csv": "", "u.data": "1\t1\t1\t1\n"})
    with pytest.raises(DataError) as caught:
        preset_fields("movielens", (folder,))
    assert str(caught.value) == (
        f"{folder}: expected ratings.csv or u.data or ratings.dat, found movies.csv, u.data. "
        "Pass the folder or zip that holds it."
    )
    with pytest.raises(DataError, match=r"none: expected a folder, a zip archive or a file, found nothing there\. Ch"):
        preset_fields("movielens", (tmp_path / "none",))
    with pytest.raises(DataError, match=r"^expected the one folder, zip or file of MovieLens, found a, b\.$"):
        preset_fields("movielens", (Path("a"), Path("b")))


def test_two_layouts_in_one_place_are_told_apart_by_their_owner(tmp_path: Path) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder in ("ml-1m", "ml-10m"):
            archive.writestr(f"{folder}/ratings.dat", "")
    with pytest.raises(DataError, match=r"both\.zip: expected one ratings\.dat, found .*10m/ratings\.dat and "):
        preset_fields("movielens", (path,))


def test_other_columns_are_refused(put: Put) -> None:
    folder = put({"ratings.csv": "user,movie,stars\n1,1,5\n"})
    with pytest.raises(DataError) as caught:
        preset_fields("movielens", (folder,))
    assert str(caught.value) == (
        f"{folder / 'ratings.csv'}: expected the columns userId, movieId, rating, timestamp, as movielens has them; "
        "found user, movie, stars. Name yours with --format csv and --column."
    )
