import pytest
import torch

from tastemaker.data.dataset import Dataset
from tastemaker.errors import RequestError
from tastemaker.inference.slots import item_chances


def test_seen_items_and_missed_wishes_have_no_chance(shop: Dataset) -> None:
    chances = item_chances(shop.catalog, torch.zeros(24), {0, 4}, [("genre", "Comedy")])
    assert chances.nonzero().flatten().tolist() == [8, 12, 16, 20]
    assert chances[8] == 0.25


def test_a_wish_that_nothing_left_can_meet_is_let_go(shop: Dataset) -> None:
    chances = item_chances(shop.catalog, torch.zeros(24), range(22), [("genre", "Comedy")])
    assert chances.nonzero().flatten().tolist() == [22, 23]


def test_a_catalog_seen_whole_leaves_nothing_to_recommend(shop: Dataset) -> None:
    with pytest.raises(RequestError, match="all 24 items of the catalog are known to this user already"):
        item_chances(shop.catalog, torch.zeros(24), range(24), [])
