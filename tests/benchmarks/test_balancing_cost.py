"""What is compared with what, and the whole on the film shop."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import balancing_cost as script
from benchmarks.balancing_cost import main, ratios, settings
from tastemaker.balancing.config import BalancingConfig
from tastemaker.data.dataset import Dataset
from tastemaker.tasks import TASKS
from tastemaker.training.config import TrainingConfig
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.watch import Silent
from tests.conftest import new_model


def test_a_ratio_is_taken_within_each_repetition() -> None:
    assert ratios({"fixed": [1.0, 2.0, 4.0], "mgda": [2.0, 3.0, 12.0]}) == {"fixed": 1.0, "mgda": 2.0}


def test_the_plain_sum_comes_first_and_aggregations_are_spaced() -> None:
    assert next(iter(settings())) == "fixed"
    assert settings()["cagrad/every_4"].every == 4


def test_the_result(shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, recipe = tmp_path / "data", tmp_path / "shop.toml"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    recipe.write_text('[data]\npath = "elsewhere"\n[tasks.next_item]\n')
    tasks = {name: TASKS[name]() for name in ("next_item", "rating")}
    config = TrainingConfig(token_budget=200, max_steps=100)
    job = Job(shop, tasks, new_model(shop), config, BalancingConfig(), tmp_path)
    monkeypatch.setattr(script, "new_trainer", lambda recipe: Trainer(job, Silent(), torch.device("cpu")))
    few = {name: it for name, it in settings().items() if name.startswith(("fixed", "famo", "graddrop", "cagrad"))}
    monkeypatch.setattr(script, "settings", lambda: few)
    main(["--recipe", str(recipe), "--data", str(data), "--repetitions", "1", "--results", str(tmp_path / "results")])
    found = json.loads((tmp_path / "results/balancing_cost/shop-shop-0.json").read_text())
    assert list(found["metrics"]) == [
        "fixed",
        "famo",
        "graddrop/parameters",
        "graddrop/every_4",
        "cagrad/parameters",
        "cagrad/features",
        "cagrad/every_4",
    ], "signs of single parameters cannot be drawn on features"
    assert found["metrics"]["fixed"] == 1
    assert all(value > 0 for value in found["metrics"].values())
