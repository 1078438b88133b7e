"""The stage in the shop: what it writes, and what it refuses."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import tastemaker
from tastemaker.cli import relatedness
from tastemaker.cli.recipe import Recipe, from_mapping, to_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.errors import CheckpointError, RecipeError
from tastemaker.training.watch import Silent


@pytest.fixture
def recipe(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe whose data set is the shop."""
    monkeypatch.setattr(relatedness.Dataset, "load", lambda config: shop)

    def make(*tasks: str) -> Recipe:
        model = {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "content": "none"}
        tables: Mapping[str, Any] = {"model": model, "training": {"token_budget": 256, "patience": 1}}
        return from_mapping({"data": {"path": str(tmp_path)}, **tables, "tasks": {name: {} for name in tasks}})

    return make


class Counting(Silent):
    def __init__(self) -> None:
        self.steps = 0

    def step(self, step: int, losses: object) -> None:
        self.steps = step


def test_a_short_training_is_measured_and_thrown_away(recipe, tmp_path):
    out, watch, asked = tmp_path / "deeper" / "out", Counting(), recipe("next_item", "like", "category")
    found = tastemaker.affinity(asked, out, steps=5, every=2, watch=watch)
    assert watch.steps == 5
    assert found["measured_at"] == [2, 4]
    assert found["tasks"] == ["next_item", "like", "category"]
    assert json.loads((out / "affinity.json").read_text()) == json.loads(json.dumps(found))
    assert found["words"][0].startswith("In the backbone, gradients of ")
    assert found["recipe"] == to_mapping(asked), "as it was given, not as it was shortened"
    assert sorted(path.name for path in out.iterdir()) == ["affinity.json", "affinity.png"]


def test_what_cannot_be_measured_is_refused(recipe, tmp_path):
    with pytest.raises(RecipeError) as caught:
        tastemaker.affinity(recipe("like"), tmp_path / "out")
    assert str(caught.value) == "affinity is between tasks: expected at least two, found like alone."
    for every in (0, 6):
        with pytest.raises(RecipeError) as caught:
            tastemaker.affinity(recipe("like", "category"), tmp_path / "out", steps=5, every=every)
        assert str(caught.value) == (
            f"the steps between measurements must lie between 1 and 5, all steps, found {every}."
        )
    (tmp_path / "file").touch()
    with pytest.raises(CheckpointError) as caught:
        tastemaker.affinity(recipe("like", "category"), tmp_path / "file" / "out")
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'out'}: expected a folder to write to, found a file at {tmp_path / 'file'}. "
        "Pass another --out."
    )
    assert not (tmp_path / "out").exists()
