"""A data set on its way to a peer, and answers on their way back."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from benchmarks.peers import exchange
from benchmarks.peers.exchange import read_answers, write_folder
from benchmarks.peers.job import Job, Trained, check_selection, finish
from benchmarks.peers.material import Material, pad_left
from benchmarks.peers.selection import Selection
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.metrics.ranking import hr_at_k

HISTORIES = {"u": "abcd", "v": "bca", "w": "ab"}
"""The last user has too few to hold any out."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [(user, item, at, "buy", *[None] * 3) for user, items in HISTORIES.items() for at, item in enumerate(items)]
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    catalog = Catalog(tuple(CatalogItem(item, item.upper(), "", {}) for item in "abcd"))
    dataset = Dataset.from_tables(catalog, table, DataConfig(path="toy", test_items=1, validation_items=1))
    write_folder(dataset, tmp_path / "toy", "toy", "0" * 64)
    return tmp_path / "toy"


def scores(users: np.ndarray, contexts: Sequence[np.ndarray]) -> np.ndarray:
    """Everybody likes d best, then c, b, a."""
    return np.tile(np.arange(4.0), (len(users), 1))


def job(folder: Path, out: Path) -> Job:
    return Job(folder, out, 3, {"width": 2}, epochs=5, patience=2, threads=1)


def trained(ndcg: float) -> Trained:
    selection = Selection[None](patience=2)
    selection.record(ndcg, 1.5, lambda: None)
    return Trained(scores, selection, targets=3, parameters=4, packages=("numpy",))


def test_training_ends_before_the_held_out_items(folder: Path) -> None:
    material = Material.load(folder)
    assert (material.name, material.users, material.items) == ("toy", 3, 4)
    assert [history.tolist() for history in material.histories()] == [[0, 1], [1], [0, 1]]
    assert material.train_positions.tolist() == [0, 1, 0, 0, 1]


def test_a_target_comes_with_all_that_is_known_before_it(folder: Path) -> None:
    material = Material.load(folder)
    assert material.validation.users.tolist() == [0, 1]
    assert material.validation.targets.tolist() == [2, 2]
    assert [context.tolist() for context in material.validation.contexts(0, 9)] == [[0, 1], [1]]
    assert material.test.targets.tolist() == [3, 0]
    assert [context.tolist() for context in material.test.contexts(0, 9)] == [[0, 1, 2], [1, 2]]


def test_a_changed_file_is_refused(folder: Path) -> None:
    (folder / "test.npz").write_bytes(b"other")
    with pytest.raises(SystemExit, match=r"test\.npz: expected SHA-256 [0-9a-f]{64}, found d9298a10d1b0.*Delete"):
        Material.load(folder)


def test_answers_come_back_as_places(folder: Path, tmp_path: Path) -> None:
    # validation: c is behind d for both; test, masked: d is first for u, a behind d for v
    finish(job(folder, tmp_path / "out"), Material.load(folder), trained(1 / np.log2(3)))
    places, users = read_answers(tmp_path / "out" / "answers.npz")
    assert users.tolist() == [0, 1]
    assert places.above.tolist() == [0, 1]
    assert hr_at_k(places, 1).tolist() == [1, 0]
    validation, _ = read_answers(tmp_path / "out" / "answers.npz", Split.VALIDATION)
    assert validation.above.tolist() == [1, 1]
    unmasked, _ = read_answers(tmp_path / "out" / "answers.npz", masked=False)
    assert unmasked.above.tolist() == [0, 3]


def test_the_cost_is_kept(folder: Path, tmp_path: Path) -> None:
    finish(job(folder, tmp_path / "out"), Material.load(folder), trained(1 / np.log2(3)))
    cost = json.loads((tmp_path / "out" / "cost.json").read_text(encoding="utf-8"))
    assert cost["hyperparameters"] == {"width": 2}
    assert (cost["seed"], cost["epochs"], cost["best_epoch"], cost["training_seconds"]) == (3, 1, 1, 1.5)
    assert cost["versions"] == {"numpy": np.__version__}


def test_other_weights_than_the_best_are_refused() -> None:
    with pytest.raises(SystemExit, match=r"expected 0\.50000 of epoch 1, found 0\.40000\. The weights"):
        check_selection(0.4, trained(0.5).selection)


def test_a_job_survives_the_command_line(tmp_path: Path) -> None:
    given = job(tmp_path / "exchange", tmp_path / "out")
    assert Job.from_arguments(given.arguments()) == given


def test_padding_stands_before_the_latest_entries() -> None:
    assert pad_left([np.array([5]), np.array([6, 7, 8])], 2).tolist() == [[0, 5], [7, 8]]


def test_an_exchange_is_written_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "data_sha256", lambda data: "ab" * 32)
    monkeypatch.setattr(exchange, "data_name", lambda data: "toy")
    monkeypatch.setattr(exchange, "Dataset", SimpleNamespace())  # loading would fail
    kept = folder.parent / f"toy-{'ab' * 6}"
    folder.rename(kept)
    assert exchange.write_exchange(Path("data/toy"), folder.parent) == kept
