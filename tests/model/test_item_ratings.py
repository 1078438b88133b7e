import numpy as np
import pytest
import torch

from tastemaker.model.item_ratings import ItemMean, Tallies

ITEMS = np.array([0, 0, 2, 0])
RATINGS = np.array([5.0, 3.0, 2.0, 4.0])
"""Their mean is 3.5."""


@pytest.fixture
def means() -> ItemMean:
    return ItemMean(Tallies.of(ITEMS, RATINGS, 3))


def test_tallies_are_sums_beside_the_mean_of_all(means: ItemMean) -> None:
    assert means.sums.tolist() == [1.5, 0.0, -1.5]
    assert means.counts.tolist() == [3, 0, 1]
    assert float(means.mean) == 3.5


def test_what_is_known_is_shrunk_by_the_count(means: ItemMean) -> None:
    assert means(torch.tensor([0, 1, 2])).tolist() == pytest.approx([1.5 / 8, 0.0, -1.5 / 6])


def test_training_leaves_out_the_rating_that_is_to_be_told(means: ItemMean) -> None:
    """So known is the same whatever that rating is, and nothing of an item with no other."""
    known = means(torch.tensor([0, 2]), torch.tensor([5.0, 2.0]))
    assert known.tolist() == pytest.approx([0.0, 0.0])
    others = Tallies.of(ITEMS, RATINGS + np.array([-2.0, 0, 0, 0]), 3)
    lower = ItemMean(Tallies(others.sums + torch.tensor([3.0, 0, 1.0]) * (others.mean - 3.5), others.counts, 3.5))
    assert lower(torch.tensor([0]), torch.tensor([3.0])).tolist() == pytest.approx([0.0], abs=1e-6)


def test_without_any_nothing_is_known() -> None:
    assert ItemMean(Tallies.of(np.zeros(0, np.int64), np.zeros(0), 2))(torch.tensor([0, 1])).tolist() == [0.0, 0.0]
