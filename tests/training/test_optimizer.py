from pathlib import Path

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.errors import RecipeError
from tastemaker.training.config import TrainingConfig
from tastemaker.training.optimizer import QUICK, build_optimizer, rate_factor
from tests.conftest import new_model
from tests.model.pretrained_models import saved
from tests.model.pretrained_shops import shop_model


def test_precisions_are_learnt_quickly_and_nothing_is_in_two_groups(model: TrainedModel) -> None:
    optimizer = build_optimizer(model.network, None, TrainingConfig(learning_rate=0.01, weight_decay=0.1), 0.5)
    groups = optimizer.param_groups
    rates = {id(p): (group["peak_lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    head = model.network.scoring_head
    assert rates[id(head.log_precision)] == rates[id(head.rated.log_precision)] == (0.01 * QUICK, 0.0)
    assert rates[id(head.user.weight)] == (0.01, 0.1)
    assert rates[id(head.slope)] == (0.01, 0.0)
    assert sum(len(group["params"]) for group in groups) == len(list(model.network.parameters()))


def test_a_network_without_precisions_has_two_groups() -> None:
    assert len(build_optimizer(torch.nn.Linear(2, 2), None, TrainingConfig(), 0.5).param_groups) == 2


def test_what_a_task_alone_has_decays_as_the_task_says(shop: Dataset) -> None:
    tasks = {"category": {"weight_decay": 0.5}, "sentiment": {}, "next_item": {"weight_decay": 0.0}}
    network = new_model(shop, tasks=tasks, sharing="experts", own_experts=1).network
    optimizer = build_optimizer(network, None, TrainingConfig(weight_decay=0.1), 0.5)
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    found = {name: decays[id(parameter)] for name, parameter in network.named_parameters()}
    assert found["label_heads.category.linear.weight"] == found["sharing.own.category.0.up.weight"] == 0.5
    assert found["sharing.gates.category.weight"] == 0.5
    assert found["label_heads.category.linear.bias"] == found["sharing.own.category.0.norm.weight"] == 0.0
    assert found["label_heads.sentiment.linear.weight"] == found["sharing.own.sentiment.0.up.weight"] == 0.1
    assert found["sharing.own.next_item.0.up.weight"] == found["sharing.gates.next_item.weight"] == 0.0
    assert found["sharing.shared.0.up.weight"] == found["item_table.projection.weight"] == 0.1


def test_a_task_that_shares_everything_has_nothing_to_decay(shop: Dataset) -> None:
    network = new_model(shop, tasks={"category": {"weight_decay": 0.5}, "next_item": {"weight_decay": 0.0}}).network
    with pytest.raises(
        RecipeError, match=r"^\[tasks.next_item\] weight_decay: expected a task with weights of its own"
    ):
        build_optimizer(network, None, TrainingConfig(), 0.5)


def test_what_is_pulled_elsewhere_does_not_decay(model: TrainedModel) -> None:
    network, name = model.network, "item_table.projection.weight"
    optimizer = build_optimizer(network, None, TrainingConfig(weight_decay=0.1), 0.5, {name: torch.zeros(1)})
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    assert decays[id(network.get_parameter(name))] == 0.0
    assert decays[id(network.get_parameter("item_table.residual.weight"))] == 0.1


def test_the_rate_rises_over_a_share_of_the_steps_or_the_least_of_them() -> None:
    def peak(total: int, share: float, least: int) -> int:
        factors = [rate_factor(step, total, share, least) for step in range(total)]
        assert max(factors) == 1.0
        return factors.index(1.0) + 1

    assert peak(1000, 0.05, 0) == 50
    assert peak(1000, 0.05, 100) == 100
    assert peak(1000, 0.2, 100) == 200
    assert peak(120, 0.05, 100) == 60, "half of all"


def test_the_trunk_and_the_vectors_of_items_learn_at_rates_of_their_own(model: TrainedModel) -> None:
    config = TrainingConfig(learning_rate=0.1, backbone_rate=0.5, item_rate=3.0)
    optimizer = build_optimizer(model.network, None, config, 0.5)
    rates = {id(p): group["peak_lr"] for group in optimizer.param_groups for p in group["params"]}
    found = {name: rates[id(parameter)] for name, parameter in model.network.named_parameters()}
    trunk = {name for name in found if name.startswith("backbone.")}
    assert trunk and {found[name] for name in trunk} == {0.1 * 0.5}
    for name in ("item_table.residual.weight", "item_table.projection.weight", "action_embedding.weight"):
        assert found[name] == pytest.approx(0.1 * 3.0)
    assert found["scoring_head.user.weight"] == 0.1


@pytest.mark.parametrize(
    ("name", "tables"),
    [("llama", ("tokens.markers", "output.markers")), ("qwen2", ("tokens.markers", "tokens.written"))],
)
def test_what_is_new_beside_a_pretrained_trunk_learns_at_the_full_rate(
    name: str, tables: tuple[str, str], shop: Dataset, tmp_path: Path
) -> None:
    folder = saved(name, tmp_path)
    tasks = ("next_item", "explanation")
    network = shop_model(shop, folder, tasks, adaptation="full", history_layers=1, history_dropout=0.0).network
    optimizer = build_optimizer(network, None, TrainingConfig(learning_rate=0.1, backbone_rate=0.5), 0.5)
    rates = {id(p): group["peak_lr"] for group in optimizer.param_groups for p in group["params"]}
    found = {name: rates[id(parameter)] for name, parameter in network.named_parameters()}
    new = {name for name in found if name.startswith("backbone.history.")}
    new |= {f"backbone.{table}" for table in tables}
    assert len(new) > 4 and {found[name] for name in new} == {0.1}
    trunk = {name for name in found if name.startswith("backbone.")} - new
    assert {"backbone.tokens.words", "backbone.trunk.norm.weight"} < trunk
    assert {found[name] for name in trunk} == {0.1 * 0.5}
