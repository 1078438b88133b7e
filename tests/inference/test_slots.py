import numpy as np
import pytest
import torch

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.errors import RequestError
from tastemaker.evaluation.constraints import ConstraintFilter
from tastemaker.inference.slots import item_chances


def test_seen_items_and_missed_wishes_have_no_chance(shop: Dataset) -> None:
    chances = item_chances(shop.catalog, torch.zeros(24), {0, 4}, [("genre", "Comedy")])
    assert chances.nonzero().flatten().tolist() == [8, 12, 16, 20]
    assert chances[8] == 0.25


def test_a_name_with_several_meanings_asks_for_one_of_them() -> None:
    """Who is asked for by name is wanted as actor or as director, and refused as either."""
    people = ({"actor": ("Ann",)}, {"director": ("Ann",)}, {"actor": ("Bob",)})
    catalog = Catalog(tuple(CatalogItem(str(row), "", attributes=it) for row, it in enumerate(people)))
    wanted = item_chances(catalog, torch.zeros(3), (), [("actor", "Ann"), ("director", "Ann")])
    assert wanted.tolist() == [0.5, 0.5, 0.0]
    refused = item_chances(catalog, torch.zeros(3), (), [("not actor", "Ann"), ("not director", "Ann")])
    assert refused.tolist() == [0.0, 0.0, 1.0]
    both = [[("actor", "Ann"), ("director", "Ann")]]
    assert ConstraintFilter(catalog).score(both, np.array([[0.0, 0.0, 1.0]])).argmax() != 2


def test_a_wish_that_nothing_left_can_meet_is_let_go(shop: Dataset) -> None:
    chances = item_chances(shop.catalog, torch.zeros(24), range(22), [("genre", "Comedy")])
    assert chances.nonzero().flatten().tolist() == [22, 23]


def test_a_catalog_seen_whole_leaves_nothing_to_recommend(shop: Dataset) -> None:
    with pytest.raises(RequestError, match="all 24 items of the catalog are known to this user already"):
        item_chances(shop.catalog, torch.zeros(24), range(24), [])
