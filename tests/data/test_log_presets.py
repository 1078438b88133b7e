"""Logs of known publishers."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.log import Log
from tastemaker.data.log_presets import preset_fields
from tastemaker.data.prepare_log import prepare_log
from tastemaker.errors import DataError

Put = Callable[..., Path]
REVIEW_2014 = {
    **{"reviewerID": "A1", "asin": "B1", "overall": 5.0, "reviewText": "Stays in tune.", "summary": "Good"},
    **{"unixReviewTime": 1304553600, "helpful": [0, 1]},
}
REVIEW_2023 = {
    **{"user_id": "A1", "asin": "B1", "parent_asin": "B0", "rating": 4.0, "title": "Good", "text": "Stays in tune."},
    **{"timestamp": 1588687728923, "verified_purchase": True},
}


def prepared(name: str, folder: Path, out: Path, items: Path | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    prepare_log(Log(**preset_fields(name, (folder,), items)), out)
    return pl.read_parquet(out / "interactions.parquet"), pl.read_parquet(out / "items.parquet")


@pytest.mark.parametrize(
    ("review", "row"),
    [
        (REVIEW_2014, ("A1", "B1", 1304553600, "rating", 5.0, "Stays in tune.", "Good")),
        (REVIEW_2023, ("A1", "B0", 1588687728, "rating", 4.0, "Stays in tune.", "Good")),
    ],
)
def test_reviews_of_every_generation(put: Put, tmp_path: Path, review: object, row: tuple[object, ...]) -> None:
    interactions, _ = prepared("amazon", put({"reviews.jsonl": json.dumps(review)}), tmp_path / "out")
    assert interactions.rows() == [row]


def test_metadata_gives_titles_descriptions_and_categories(put: Put, tmp_path: Path) -> None:
    meta = {"parent_asin": "B0", "title": "Tuner", "description": ["Clips on.", "Bright."], "categories": ["A", "B"]}
    folder = put({"reviews.jsonl": json.dumps(REVIEW_2023)})
    items = put({"meta.jsonl": json.dumps(meta)}, "meta") / "meta.jsonl"
    _, table = prepared("amazon", folder, tmp_path / "out", items)
    pairs = [{"name": "category", "value": value} for value in ("A", "B")]
    assert table.drop("image").rows() == [("B0", "Tuner", "Clips on. Bright.", pairs)]


def test_movielens_as_csv_brings_its_films_and_half_stars(put: Put, tmp_path: Path) -> None:
    ratings = "userId,movieId,rating,timestamp\n1,1,0.5,964982703\n1,3,5.0,964981247\n"
    movies = 'movieId,title,genres\n1,Toy Story (1995),Comedy|Fantasy\n3,"President, The (1995)",(no genres listed)\n'
    folder = put({"ratings.csv": ratings, "movies.csv": movies, "links.csv": "movieId,imdbId\n1,2\n"})
    interactions, items = prepared("movielens", folder, tmp_path / "out")
    assert interactions.select("item_id", "rating").rows() == [("3", 5.0), ("1", 1.0)]
    genres = {row["item_id"]: [pair["value"] for pair in row["attributes"]] for row in items.to_dicts()}
    assert genres == {"1": ["Comedy", "Fantasy"], "3": []}


def test_other_columns_are_refused(put: Put) -> None:
    folder = put({"ratings.csv": "user,movie,stars\n1,1,5\n"})
    with pytest.raises(DataError) as caught:
        preset_fields("movielens", (folder,))
    assert str(caught.value) == (
        f"{folder / 'ratings.csv'}: expected the columns userId, movieId, rating, timestamp, as movielens has them; "
        "found user, movie, stars. Name yours with --format csv and --column."
    )


@pytest.mark.data
def test_musical_instruments_arrive_whole(published: Callable[[str], Path], tmp_path: Path) -> None:
    interactions, items = prepared("amazon", published("amazon-musical-instruments"), tmp_path / "out")
    assert (len(interactions), len(items), interactions["user_id"].n_unique()) == (10_261, 900, 1429)
    assert interactions["review"].null_count() == 7
