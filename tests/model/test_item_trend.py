import math

import numpy as np
import pytest
import torch

from tastemaker.model.item_trend import LATE, PRIOR, ItemTrend, trends


def trends_of(*histories: list[int], size: int = 8) -> torch.Tensor:
    items = np.array([item for history in histories for item in history], dtype=np.int64)
    users = np.array([user for user, history in enumerate(histories) for _ in history], dtype=np.int64)
    return trends(items, users, size)


def test_an_item_of_the_end_rises_and_one_of_the_beginning_falls() -> None:
    history = [0, *range(2, 7), 1]
    found = trends_of(*[history] * 4)
    share = LATE / len(history)
    assert found[1] == pytest.approx(math.log((4 + PRIOR) / (4 * share + PRIOR)))
    assert found[0] == pytest.approx(math.log(PRIOR / (4 * share + PRIOR)))
    assert found[0] < 0 < found[1]


def test_more_evidence_says_more() -> None:
    history = [0, *range(2, 7), 1]
    few, many = trends_of(*[history] * 2), trends_of(*[history] * 20)
    assert few[1] < many[1] and few[0] > many[0]


def test_short_histories_and_items_without_interactions_say_nothing() -> None:
    assert not trends_of([0, 1], [2, 0, 1], [3]).any()
    assert trends_of([0, 1, 2, 3, 4, 5])[7] == 0.0
    assert trends_of(size=3).tolist() == [0.0] * 3


def test_the_module_says_the_same_to_everyone() -> None:
    values = torch.tensor([0.5, -0.5])
    trend = ItemTrend(values)
    assert trend.is_informed and not ItemTrend(torch.zeros(2)).is_informed
    assert torch.equal(trend(torch.tensor([[0], [1], [-1]])), values.unsqueeze(0))
