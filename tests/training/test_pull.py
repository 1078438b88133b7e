"""Shared parameters are pulled toward earlier runs, which here are saved models of the film shop."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tastemaker.checkpoint.store import Checkpoint, save_checkpoint
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.errors import CheckpointError, RecipeError
from tastemaker.training.config import TrainingConfig
from tastemaker.training.pull import Pull
from tests.conftest import new_model
from tests.training.test_loop import trainer


def run(model: TrainedModel, place: Path, **documents: Any) -> str:
    """A run whose best checkpoint is this model."""
    weights = {"weights": model.weights()}
    save_checkpoint(place, Checkpoint(0, weights, model.documents() | documents), ("best", "last"))
    return str(place)


def pull(model: TrainedModel, *runs: str, said: list[str] | None = None) -> Pull:
    heard: list[str] = [] if said is None else said
    return Pull.toward(TrainingConfig(pull=2.0, pull_toward=runs), model, heard.append)


def test_a_step_by_arithmetic(model: TrainedModel, shop: Dataset, tmp_path: Path) -> None:
    """At a learning rate of .1 a pull of 2 goes a fifth of the way: from 1 toward 3 it is 1.4; heads stay."""
    network, name = model.network, "action_embedding.weight"
    with torch.no_grad():
        network.get_parameter(name).fill_(3.0)
    target = run(model, tmp_path / "run")
    with torch.no_grad():
        network.get_parameter(name).fill_(1.0)
        network.scoring_head.user.weight.fill_(1.0)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    pull(model, target).step(optimizer)
    assert network.get_parameter(name).unique().tolist() == pytest.approx([1.4])
    assert network.scoring_head.user.weight.unique().tolist() == [1.0]
    for group in optimizer.param_groups:
        group["lr"] = 7.0
    pull(model, target).step(optimizer)
    assert network.get_parameter(name).unique().tolist() == [3.0], "never beyond the target"


def test_the_target_is_the_mean_of_the_runs(model: TrainedModel, shop: Dataset, tmp_path: Path) -> None:
    others = [new_model(shop, seed=seed) for seed in (1, 2)]
    anchors = pull(model, *(run(it, tmp_path / str(n)) for n, it in enumerate(others))).anchors
    for name, anchor in anchors.items():
        mean = sum(it.network.get_parameter(name) for it in others) / 2
        torch.testing.assert_close(anchor, mean)
    assert {name.split(".")[0] for name in anchors} == {"backbone", "item_table", "action_embedding"}
    assert "backbone.decoder.embed_in.weight" in anchors


def test_without_a_strength_no_run_is_read(model: TrainedModel) -> None:
    assert not Pull.toward(TrainingConfig(pull_toward=("nowhere",)), model, print).anchors


def test_token_vectors_of_another_vocabulary_are_left_free(model: TrainedModel, tmp_path: Path) -> None:
    said: list[str] = []
    other = model.tokenizer.to_json().replace("comedy", "komedy")
    anchors = pull(model, run(model, tmp_path / "run", tokenizer=other), said=said).anchors
    assert "backbone.decoder.embed_in.weight" not in anchors
    assert any(name.startswith("backbone.decoder.layers.1.") for name in anchors)
    assert said == ["training.pull_toward: the vocabulary of a run differs, so that token vectors are not pulled"]


def test_a_run_of_another_size(model: TrainedModel, shop: Dataset, tmp_path: Path) -> None:
    target = run(new_model(shop, ids=False), tmp_path / "run")
    with pytest.raises(RecipeError) as refusal:
        pull(model, target)
    assert str(refusal.value) == (
        f"training.pull_toward: {target}: expected a parameter item_table.residual.weight of [24, 16], found none. "
        "Name runs with the same [model]."
    )
    wide = new_model(shop)
    wide.network.action_embedding = torch.nn.Embedding(3, 16)
    target = run(wide, tmp_path / "other")
    with pytest.raises(RecipeError) as refusal:
        pull(model, target)
    rows = model.network.action_embedding.num_embeddings
    assert str(refusal.value) == (
        f"training.pull_toward: {target}: expected a parameter action_embedding.weight of [{rows}, 16], found one of "
        "[3, 16]. Name runs with the same [model]."
    )


def test_a_run_on_another_catalog(model: TrainedModel, tmp_path: Path) -> None:
    target = run(replace(model, catalog=Catalog(tuple(model.catalog)[:20])), tmp_path / "run")
    with pytest.raises(RecipeError) as refusal:
        pull(model, target)
    assert str(refusal.value) == (
        f"training.pull_toward: {target}: expected a run on the same catalog of 24 items, found another of 20. Name "
        "runs on data.path."
    )


def test_what_is_no_run(model: TrainedModel, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="expected a run with a best.json, found none"):
        pull(model, str(tmp_path / "nowhere"))


def distance(shop: Dataset, out: Path, target: str, strength: float) -> float:
    """How far training ends from the run that it was pulled toward."""
    made = trainer(shop, out, learning_rate=0.01, pull=strength, pull_toward=(target,))
    made.run(resume=False)
    anchors = Pull.toward(TrainingConfig(pull=1.0, pull_toward=(target,)), made.job.model, print).anchors
    return sum(float((made.network.get_parameter(n).detach() - it).square().sum()) for n, it in anchors.items()) ** 0.5


def test_a_strong_pull_ends_nearer(shop: Dataset, tmp_path: Path) -> None:
    target = run(new_model(shop, seed=5), tmp_path / "run")
    free, weak, strong = (distance(shop, tmp_path / str(pull), target, pull) for pull in (0.0, 5.0, 50.0))
    assert free > 1.05 * weak > 1.1 * strong


def test_a_run_is_resumed_toward_the_same_weights(shop: Dataset, tmp_path: Path) -> None:
    place = tmp_path / "run"
    changes: dict[str, Any] = {"pull": 5.0, "pull_toward": (run(new_model(shop, seed=5), place),)}
    trainer(shop, tmp_path / "whole", **changes).run(resume=False)
    trainer(shop, tmp_path / "halted", **changes, max_steps=8, epochs=50).run(resume=False)
    later = trainer(shop, tmp_path / "halted", **changes)
    run(new_model(shop, seed=6), place)
    with pytest.raises(CheckpointError) as refusal:
        trainer(shop, tmp_path / "halted", **changes).run(resume=True)
    assert str(refusal.value) == (
        "training.pull_toward: to resume, expected the runs as they were when training began, found other weights. "
        "Train into another --out instead."
    )
    later.run(resume=True)
    assert later.step == 12
