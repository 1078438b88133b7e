import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.training.config import TrainingConfig
from tastemaker.training.optimizer import QUICK, build_optimizer


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
