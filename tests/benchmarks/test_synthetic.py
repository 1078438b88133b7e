"""Made-up data in Beauty's shape."""

from pathlib import Path

import numpy as np

from benchmarks.synthetic import ITEMS, USERS, draw_items, write_synthetic
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig


def test_the_shape_is_beautys(tmp_path: Path) -> None:
    write_synthetic(tmp_path / "data", 0.1)
    dataset = Dataset.load(DataConfig(path=str(tmp_path / "data"), test_items=1, validation_items=1))
    assert (len(dataset.user_ids), len(dataset.catalog)) == (round(USERS * 0.1), round(ITEMS * 0.1))
    lengths = np.diff(dataset.offsets)
    assert lengths.min() == 5
    assert 8.5 < lengths.mean() < 9.5, "8.9 in Beauty"
    assert np.median(lengths) == 6
    counts = np.sort(np.bincount(dataset.items, minlength=len(dataset.catalog)))[::-1]
    assert 200 < counts[0] < 600, "431 in Beauty"
    assert np.median(counts) < counts.mean() / 1.5, "a long tail"
    assert not dataset.has_ratings


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    for name, seed in (("first", 0), ("again", 0), ("other", 1)):
        write_synthetic(tmp_path / name, 0.01, seed)
    tables = [(tmp_path / name / "interactions.parquet").read_bytes() for name in ("first", "again", "other")]
    assert tables[0] == tables[1] != tables[2]


def test_popular_items_are_drawn_more_often() -> None:
    drawn = np.bincount(draw_items(20_000, 100, np.random.default_rng(0)), minlength=100)
    assert len(drawn) == 100
    assert drawn[:10].sum() > 4 * drawn[50:60].sum() / 2 > drawn[90:].sum()
