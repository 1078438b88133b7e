from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.calibrate_anew import calibrate_anew
from tastemaker.checkpoint.store import load_checkpoint, save_checkpoint
from tastemaker.cli import stages
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset

SET_ON_VALIDATION = ("sureness", "item_table.cold_odds", "item_table.prior_weights", "item_graph.weight")


@pytest.fixture
def run(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Trained for two steps."""
    monkeypatch.setattr(stages.Dataset, "load", lambda config: shop)
    small = {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "content": "tfidf"}
    training = {"token_budget": 256, "validation_examples": 4, "validate_every": 2, "epochs": 4, "max_steps": 2}
    tasks = {"next_item": {}, "rating": {}, "category": {}}
    recipe = {"data": {"path": str(tmp_path)}, "model": small, "tasks": tasks, "training": training}
    return stages.train(from_mapping(recipe), tmp_path / "run")


def test_what_training_found_on_validation_is_found_again(run: Path) -> None:
    trained = load_checkpoint(run, "best")
    weights = trained.tensors["weights"]
    lost = {name: torch.zeros_like(it) if name in SET_ON_VALIDATION else it for name, it in weights.items()}
    assert any(not torch.equal(lost[name], weights[name]) for name in weights)
    save_checkpoint(run, replace(trained, tensors={**trained.tensors, "weights": lost}), ("best",))
    calibrate_anew(run)
    found = load_checkpoint(run, "best")
    assert found.step == trained.step and found.documents == trained.documents
    for name, tensor in weights.items():
        assert torch.allclose(found.tensors["weights"][name], tensor), name


def test_a_run_that_lacks_a_learnt_weight_is_refused(run: Path) -> None:
    trained = load_checkpoint(run, "best")
    less = {name: it for name, it in trained.tensors["weights"].items() if not name.startswith("action_embedding")}
    save_checkpoint(run, replace(trained, tensors={**trained.tensors, "weights": less}), ("best",))
    with pytest.raises(SystemExit, match="expected all weights that are learnt, found none of action_embedding.weight"):
        calibrate_anew(run)
