from pathlib import Path

import pytest
import torch

from tastemaker.checkpoint.store import Checkpoint, save_checkpoint
from tastemaker.checkpoint.trained import BY_PLACE, TrainedModel, load_trained
from tastemaker.errors import CheckpointError
from tastemaker.model.batch import HISTORY, SHORT


def save(model: TrainedModel, run: Path, **documents: object) -> None:
    save_checkpoint(run, Checkpoint(1, {"weights": model.weights()}, model.documents() | documents), ("best",))


def test_round_trip(model: TrainedModel, tmp_path: Path) -> None:
    save(model, tmp_path)
    loaded = load_trained(tmp_path)
    assert loaded.catalog == model.catalog
    assert not loaded.network.training
    for name, tensor in model.weights().items():
        assert torch.equal(tensor, loaded.weights()[name]), name


def test_weights_of_another_shape_are_refused(model: TrainedModel, tmp_path: Path) -> None:
    recipe = dict(model.recipe) | {"model": dict(model.recipe["model"]) | {"width": 32}}
    save(model, tmp_path, recipe=recipe)
    with pytest.raises(CheckpointError, match="its checkpoint does not fit this version of tastemaker"):
        load_trained(tmp_path)


def test_a_run_from_before_items_could_be_cold_in_one_place_alone_is_read(model: TrainedModel, tmp_path: Path) -> None:
    weights = {name: it for name, it in model.weights().items() if not name.startswith("item_table.prior")}
    weights["item_table.is_warm"] = weights["item_table.is_warm"][0].clone()
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": weights}, model.documents()), ("best",))
    loaded = load_trained(tmp_path)
    for name, tensor in model.weights().items():
        assert torch.equal(tensor, loaded.weights()[name]), name


def test_a_run_from_before_a_single_entry_weighed_by_itself_takes_it_as_many(
    model: TrainedModel, tmp_path: Path
) -> None:
    model.network.sureness.copy_(torch.tensor([0.5, 0.7, 0.9]))
    model.network.item_graph.weight.copy_(torch.tensor([2.0, 1.0, 3.0]))
    weights = {name: it[:2] if name in BY_PLACE else it for name, it in model.weights().items()}
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": weights}, model.documents()), ("best",))
    network = load_trained(tmp_path).network
    assert network.sureness.tolist() == pytest.approx([0.5, 0.7, 0.5])
    assert network.item_graph.weight.tolist() == [2.0, 1.0, 2.0]
    assert torch.equal(network.item_table.is_warm[SHORT], model.network.item_table.is_warm[HISTORY])


def test_a_run_from_before_label_heads_had_means_says_what_its_last_weights_do(
    model: TrainedModel, tmp_path: Path
) -> None:
    head = model.network.label_head("category")
    torch.nn.init.normal_(head.linear.weight)
    newer = ("mean_weight", "mean_bias", "steps")
    weights = {name: it for name, it in model.weights().items() if not name.endswith(newer)}
    assert len(weights) < len(model.weights())
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": weights}, model.documents()), ("best",))
    loaded = load_trained(tmp_path).network.label_head("category")
    assert torch.equal(loaded.mean_weight, head.linear.weight)
    assert torch.equal(loaded.mean_bias, head.linear.bias)
