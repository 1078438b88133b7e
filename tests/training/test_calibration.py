import math

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import collate
from tastemaker.tasks.next_item import NextItem
from tastemaker.training.calibration import cold_offset, solve


def test_the_offset_gives_cold_items_their_share_of_the_targets() -> None:
    # 4 targets, 1.5 of them cold (one and the half that is added), all gaps equal to -1: σ(c - 1) = 0.375
    assert solve(torch.full((4,), -1.0), 1) == pytest.approx(1.0 + math.log(0.375 / 0.625), abs=1e-4)


def test_no_cold_target_pushes_cold_items_down_and_many_lift_them() -> None:
    gaps = torch.randn(100)
    assert solve(gaps, 0) < solve(gaps, 5) < 0 < solve(gaps, 80)


def test_the_offset_is_measured_on_the_network(model: TrainedModel, shop: Dataset) -> None:
    rows = [model.layout.row([example]) for example in NextItem().examples(shop, Split.VALIDATION)]
    batch = collate(rows)
    targets = batch.targets["next_item"]["items"]
    assert cold_offset(model.network, [batch]) < 0
    targets.items.fill_(23)  # type: ignore[union-attr]
    assert cold_offset(model.network, [batch]) > 0
    model.network.item_table.is_warm.fill_(True)
    assert cold_offset(model.network, [batch]) == 0.0
