"""Reviews of every generation."""

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


def prepared(folder: Path, out: Path, items: Path | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    prepare_log(Log(**preset_fields("amazon", (folder,), items)), out)
    return pl.read_parquet(out / "interactions.parquet"), pl.read_parquet(out / "items.parquet")


@pytest.mark.parametrize(
    ("review", "row"),
    [
        (REVIEW_2014, ("A1", "B1", 1304553600, "rating", 5.0, "Stays in tune.", "Good")),
        (REVIEW_2023, ("A1", "B0", 1588687728, "rating", 4.0, "Stays in tune.", "Good")),
    ],
)
def test_reviews_of_every_generation(put: Put, tmp_path: Path, review: object, row: tuple[object, ...]) -> None:
    interactions, _ = prepared(put({"reviews.jsonl": json.dumps(review)}), tmp_path / "out")
    assert interactions.rows() == [row]


def test_metadata_gives_titles_descriptions_and_categories(put: Put, tmp_path: Path) -> None:
    meta = {"parent_asin": "B0", "title": "Tuner", "description": ["Clips on.", "Bright."], "categories": ["A", "B"]}
    folder = put({"reviews.jsonl": json.dumps(REVIEW_2023)})
    items = put({"meta.jsonl": json.dumps(meta)}, "meta") / "meta.jsonl"
    _, table = prepared(folder, tmp_path / "out", items)
    pairs = [{"name": "category", "value": value} for value in ("A", "B")]
    assert table.drop("image").rows() == [("B0", "Tuner", "Clips on. Bright.", pairs)]


def test_metadata_of_2014_are_dictionaries_of_python_with_paths_of_categories(put: Put, tmp_path: Path) -> None:
    meta = {"asin": "B1", "title": "Tuner's friend", "description": "Clips on.", "categories": [["A", "B"], ["A", "C"]]}
    folder = put({"reviews.json": json.dumps(REVIEW_2014), "meta.json": str(meta)})
    _, table = prepared(folder, tmp_path / "out", folder / "meta.json")
    pairs = [{"name": "category", "value": value} for value in ("A", "B", "C")]
    assert table.drop("image").rows() == [("B1", "Tuner's friend", "Clips on.", pairs)]


def test_other_columns_are_refused(put: Put) -> None:
    folder = put({"reviews.jsonl": '{"user": 1, "stars": 5}'})
    with pytest.raises(DataError) as caught:
        preset_fields("amazon", (folder,))
    assert str(caught.value) == (
        f"{folder / 'reviews.jsonl'}: expected the columns reviewerID, asin, overall, unixReviewTime, reviewText, "
        "summary or user_id, parent_asin, rating, timestamp, text, title, as amazon has them; found user, stars. "
        "Name yours with --format jsonl and --column."
    )
