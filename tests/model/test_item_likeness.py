import math

import pytest
import torch

from tastemaker.model import item_likeness
from tastemaker.model.edges import RECENCY
from tastemaker.model.item_likeness import PRIOR, SCALE, SHARPNESS, ItemLikeness, likeness_edges

CONTENT = torch.tensor([[1.0, 0.0], [0.8, 0.6], [-1.0, 0.0], [-0.8, -0.6]])
"""Two pairs; their mean is 0, so that nothing is left of what all items share."""


def shares(counts: list[int], *histories: list[int], content: torch.Tensor = CONTENT) -> torch.Tensor:
    term = ItemLikeness(likeness_edges(content, torch.tensor(counts)))
    return (term(torch.tensor(histories)).exp() - 1) / SCALE


def test_items_described_alike_share_a_history_by_their_cosines() -> None:
    cosines = torch.tensor([0.8, -1.0, -0.8])
    expected = (SHARPNESS * cosines).softmax(0)
    found = shares([0, 0, 0, 0], [0])[0]
    assert found[1] == pytest.approx(float(expected[0]), rel=1e-4)
    assert found[0] == 0.0


def test_it_speaks_where_either_item_is_little_known() -> None:
    new, known = PRIOR / (3 + PRIOR), PRIOR / (1000 + PRIOR)
    of_two_known = 1 - (1 - known) ** 2
    whole = float(shares([0, 0, 0, 0], [0])[0, 1])
    for counts, part in (([0, 1000, 9, 9], 1.0), ([1000, 0, 9, 9], 1.0), ([1000, 1000, 9, 9], of_two_known)):
        assert shares(counts, [0])[0, 1] == pytest.approx(part * whole, rel=1e-3)
    assert shares([1000, 3, 9, 9], [0])[0, 1] == pytest.approx((1 - (1 - known) * (1 - new)) * whole, rel=1e-3)


def test_later_items_of_a_history_count_more() -> None:
    found = shares([0] * 4, [-1, 0, 2])[0]
    assert found[1] / found[3] == pytest.approx(RECENCY)


def test_of_a_historys_own_items_and_without_one_it_says_nothing() -> None:
    assert shares([0] * 4, [0, 1])[0, :2].tolist() == [0.0, 0.0]
    assert not shares([0] * 4, [-1]).any()


def test_an_item_without_content_is_like_nothing() -> None:
    content = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    edges = likeness_edges(content, torch.zeros(3))
    assert not len(edges.ends[edges.starts[2] :])
    assert 2 not in edges.ends


def test_without_content_there_are_no_edges() -> None:
    assert not ItemLikeness(likeness_edges(torch.zeros(3, 0), torch.zeros(3))).is_informed
    assert not ItemLikeness(likeness_edges(torch.ones(1, 4), torch.zeros(1))).is_informed


def test_only_the_nearest_are_joined_and_rows_may_be_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    content = torch.randn(50, 8, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(item_likeness, "LEAST", 0.0)
    monkeypatch.setattr(item_likeness, "NEAREST", 7)
    whole = likeness_edges(content, torch.zeros(50))
    monkeypatch.setattr(item_likeness, "ROWS", 16)
    parts = likeness_edges(content, torch.zeros(50))
    assert whole.starts.tolist() == [7 * item for item in range(51)] == parts.starts.tolist()
    assert torch.equal(whole.ends, parts.ends)
    sums = torch.zeros(50).index_add_(0, torch.arange(50).repeat_interleave(7), whole.weights)
    torch.testing.assert_close(sums, torch.ones(50))
    assert math.isclose(float(parts.weights.sum()), 50.0, rel_tol=1e-5)
