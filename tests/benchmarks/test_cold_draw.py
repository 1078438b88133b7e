"""Items held out of a data set: nobody who trains meets them."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.cold_draw import Draw, derive, draw, kept, load
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.split import Split
from tastemaker.data.storage import DataSetInfo, write_dataset

ITEMS = 40


def put(folder: Path, histories: list[list[int]]) -> Path:
    """A data set of these histories over `ITEMS` items."""
    items = [(str(row), f"Item {row}", "", [], None) for row in range(ITEMS)]
    rows = [
        (f"u{user}", str(item), place, "buy", None, None, None)
        for user, history in enumerate(histories)
        for place, item in enumerate(history)
    ]
    tables = {
        "items": pl.DataFrame(items, schema=pl.Schema(ITEM_COLUMNS), orient="row"),
        "interactions": pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row"),
    }
    write_dataset(folder, tables, DataSetInfo("shop", "made up", "none"), [])
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty users who chose 3 to 8 of the first 36 items."""
    random = np.random.default_rng(3)
    return put(tmp_path / "shop", [random.permutation(36)[: random.integers(3, 9)].tolist() for _ in range(60)])


def held(dataset: Dataset, split: Split) -> set[tuple[str, int]]:
    users = enumerate(dataset.user_ids)
    return {(name, entry.item) for user, name in users for entry in dataset.held_out(user, split)}


def test_a_tenth_is_drawn_among_items_with_interactions(folder: Path) -> None:
    dataset = load(folder)
    drawn = draw(dataset, 0)
    assert (len(drawn.test), len(drawn.calibration)) == (4, 2), "of 36: 3.6 and 1.8"
    assert not set(drawn.test) & set(drawn.calibration)
    assert {*drawn.test, *drawn.calibration} <= set(dataset.items)
    assert draw(dataset, 0).test.tolist() == drawn.test.tolist() != draw(dataset, 1).test.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_training_knows_no_drawn_item_and_nothing_that_it_did_not_know_before(folder: Path, seed: int) -> None:
    whole, drawn = load(folder), draw(load(folder), seed)
    made = load(derive(folder, seed, folder.parent / "made"))
    assert made.catalog == whole.catalog
    assert held(made, Split.TRAIN) <= held(whole, Split.TRAIN)
    assert not {item for _, item in held(made, Split.TRAIN)} & {*drawn.test, *drawn.calibration}
    assert not set(made.items) & set(drawn.test), "nor does validation, by which a model is chosen"
    assert not {item for _, item in held(made, Split.TEST)} & set(drawn.calibration)


def test_a_calibration_item_stays_where_it_is_validation(tmp_path: Path) -> None:
    """8 is a test item, 9 one of calibration: of the four histories only the first has 9 where validation is."""
    histories = [[1, 2, 9, 3], [1, 2, 9, 8], [9, 1, 2, 3], [1, 2, 3, 9]]
    dataset = load(put(tmp_path / "shop", histories))
    drawn = Draw(np.array([8]), np.array([9]))
    assert dataset.items[kept(dataset, drawn)].tolist() == [1, 2, 9, 3, 1, 2, 3, 1, 2, 3]


def test_who_would_train_whole_goes_and_who_always_did_stays(tmp_path: Path) -> None:
    """The first user's three items less one are too few; the second had only two from the start."""
    dataset = load(put(tmp_path / "shop", [[1, 8, 2], [3, 4], [5, 6, 7]]))
    assert dataset.items[kept(dataset, Draw(np.array([8]), np.array([9])))].tolist() == [3, 4, 5, 6, 7]


def test_what_is_derived_stays_and_takes_over_content_vectors(folder: Path) -> None:
    (folder / "item_vectors.safetensors").write_bytes(b"vectors")
    out = derive(folder, 0, folder.parent / "made")
    before = (out / "dataset.json").stat().st_mtime_ns
    derive(folder, 0, out)
    assert (out / "dataset.json").stat().st_mtime_ns == before
    assert (out / "item_vectors.safetensors").read_bytes() == b"vectors"
    assert sorted(path.name for path in out.iterdir()) == [
        "dataset.json",
        "interactions.parquet",
        "item_vectors.safetensors",
        "items.parquet",
        "rejected.jsonl",
    ]


def test_another_draw_in_its_place_is_refused(folder: Path) -> None:
    out = derive(folder, 0, folder.parent / "made")
    shares = "shop without 10% of the items for test and 5% for calibration, draw"
    with pytest.raises(SystemExit) as caught:
        derive(folder, 1, out)
    assert str(caught.value) == (
        f"{out}: expected {shares} 1, found {shares} 0 or another state of it. "
        "Move it and the runs beside it away, or give another --runs."
    )
