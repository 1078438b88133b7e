"""The study on a few users and steps: trained, judged and pooled in this process."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import tastemaker
from benchmarks import compared, sparsity
from benchmarks.measured import run_measured
from benchmarks.result import read_results
from benchmarks.sparsity import main
from benchmarks.table import page
from benchmarks.training_run import TrainingRun, keep_recipe, state_of
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.storage import DataSetInfo, write_dataset

RECIPE = """
[data]
path = "data/shop"
test_items = 2
validation_items = 1
[model]
width = 16
layers = 1
heads = 2
vocabulary = 300
content = "none"
[tasks.next_item]
[tasks.rating]
[training]
token_budget = 200
epochs = 2
validate_every = 2
validation_examples = 8
[evaluation]
draws = 20
batch = 16
short_histories = [1]
"""


def write_shop(folder: Path) -> Path:
    random = np.random.default_rng(0)
    rows = [
        (f"u{user:02}", f"i{item}", step, "rating", float(random.integers(1, 6)), None, None)
        for user in range(20)
        for step, item in enumerate(random.permutation(15)[:9])
    ]
    items = Catalog(tuple(CatalogItem(f"i{row}", f"Thing {row}") for row in range(15))).to_table()
    table = pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")
    write_dataset(folder, {"items": items, "interactions": table}, DataSetInfo("shop", "a test", "none"), [])
    return folder


class Here:
    """Trains and judges in this process, and remembers what."""

    def __init__(self) -> None:
        self.trained: list[TrainingRun] = []
        self.judged: list[Sequence[str]] = []

    def train(self, asked: TrainingRun) -> None:
        """Train a run that is not finished."""
        run_measured(asked.name, ["true"], asked.run, 1)
        if not state_of(asked.run).get("is_finished"):
            self.trained.append(asked)
            kept = keep_recipe(asked.run, asked.recipe)
            tastemaker.train(tastemaker.read_recipe(kept, asked.changes), asked.run)

    def judge(self, name: str, command: Sequence[str], place: Path, threads: int) -> None:
        """Judge runs."""
        self.judged.append(command)
        run_measured(name, ["true"], place, threads)
        attempts = json.loads(place.with_name(f"{place.name}.cost.json").read_text())
        attempts[-1]["command"] = list(command)
        place.with_name(f"{place.name}.cost.json").write_text(json.dumps(attempts))
        assert command[1:3] == ["-m", "benchmarks.compared"]
        compared.main(command[3:])


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """What is called instead of processes."""
    here = Here()
    monkeypatch.setattr(TrainingRun, "train", lambda asked: here.train(asked))
    monkeypatch.setattr(sparsity, "run_measured", here.judge)
    return here


def test_joint_and_alone_on_parts_of_the_log(here: Here, tmp_path: Path) -> None:
    data, recipe = write_shop(tmp_path / "shop"), tmp_path / "shop.toml"
    recipe.write_text(RECIPE)
    results, picture = tmp_path / "results", tmp_path / "docs" / "sparsity.png"
    asked = [str(recipe), "--data", str(data), "--shares", "0.5", "1", "--seeds", "0", "1"]
    asked += ["--runs", str(tmp_path / "runs"), "--results", str(results), "--picture", str(picture)]
    main(asked)
    assert [it.run.name for it in here.trained[:4]] == [
        "joint-100-0",
        "next_item-100-0",
        "joint-50-0",
        "next_item-50-0",
    ]
    assert len(here.trained) == 8
    assert len(here.judged) == 4
    assert "data.train_share=0.5" in here.trained[3].changes
    steps = [state_of(it.run)["total_steps"] for it in here.trained[:4]]
    assert all(half < full for full, half in zip(steps[:2], steps[2:], strict=True)), "as many epochs of less"
    assert picture.read_bytes().startswith(b"\x89PNG")
    found = {(it["model"], it["seed"]): it for it in read_results(results)}
    models = ("joint-50", "joint-100", "next_item-50", "next_item-100")
    assert found.keys() == {(model, seed) for model in models for seed in (0, 1)} | {
        (model, "pooled") for model in models[:2]
    }
    check_runs(found)
    check_pooled(found)
    written = page(list(found.values()))
    assert "](sparsity.png)" in written
    assert "| kept | task | metric | alone | joint | change |" in written
    main(asked)
    assert (len(here.trained), len(here.judged)) == (8, 4), "what is done stays"


def check_runs(found: dict[Any, dict[str, Any]]) -> None:
    """Each run has its own figures and what it was made of."""
    joint, alone = found["joint-50", 0], found["next_item-50", 0]
    assert set(joint["metrics"]) == set(alone["metrics"]) == {"next_item/ndcg@10"}
    assert set(alone["slices"]["last_1"]) == {"next_item-50"}
    assert joint["recipe"] == "recipes/shop.toml --set training.seed=0 --set data.train_share=0.5"
    assert alone["recipe"].endswith(", next_item alone")
    assert joint["details"]["share"] == 0.5
    assert joint["details"]["training"]["tasks"].keys() == {"next_item"}
    positions = [found[f"next_item-{share}", 0]["details"]["training"]["positions"] for share in (50, 100)]
    assert min(positions) > 0


def check_pooled(found: dict[Any, dict[str, Any]]) -> None:
    """Means over seeds of both sides, and the change with its interval."""
    pooled = found["joint-50", "pooled"]
    name = "next_item/ndcg@10"
    runs = [[found[model, seed]["metrics"][name] for seed in (0, 1)] for model in ("joint-50", "next_item-50")]
    assert pooled["metrics"][name] == pytest.approx(np.mean(runs[0]))
    assert pooled["baselines"]["alone"][name] == pytest.approx(np.mean(runs[1]))
    gap = pooled["differences"]["alone"][name]
    assert gap["relative"] == pytest.approx(np.mean(runs[0]) / np.mean(runs[1]) - 1)
    assert gap["relative_low"] <= gap["relative"] <= gap["relative_high"]
    assert f"last_1/{name}" in pooled["metrics"]
    assert pooled["details"]["by_seed"][name] == pytest.approx(runs[0])


def test_a_task_that_the_recipe_lacks_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shop.toml").write_text(RECIPE)
    with pytest.raises(SystemExit):
        main([str(tmp_path / "shop.toml"), "--data", str(tmp_path), "--alone", "like"])
    assert "--alone: expected some of next_item, rating, found like." in capsys.readouterr().err
