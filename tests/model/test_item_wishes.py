import torch

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.model.item_wishes import ItemWishes, wish_edges

GENRES = (("Comedy",), ("Comedy", "Horror"), (), ("Horror",))
CATALOG = Catalog(tuple(CatalogItem(str(row), "", attributes={"genre": it}) for row, it in enumerate(GENRES)))
FACTS = FactNumbers(CATALOG)
COMEDY, HORROR = FACTS.numbers["genre", "Comedy"], FACTS.numbers["genre", "Horror"]
NO_HORROR = FACTS.numbers["not genre", "Horror"]


def wishes() -> ItemWishes:
    return ItemWishes(wish_edges(FACTS, CATALOG), len(GENRES))


def test_facts_that_hold_count_and_refused_ones_count_against_an_item() -> None:
    found = wishes()(torch.tensor([[COMEDY, HORROR], [COMEDY, NO_HORROR], [-1, COMEDY]]))
    assert found.tolist() == [[1.0, 2.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0], [1.0, 1.0, 0.0, 0.0]]


def test_who_asks_for_nothing_leans_nowhere() -> None:
    assert not wishes()(torch.full((2, 3), -1)).any()
    assert wishes()(torch.zeros(2, 0, dtype=torch.long)).shape == (2, len(GENRES))


def test_a_catalog_without_facts_has_nothing_to_look_up() -> None:
    silent = Catalog((CatalogItem("0", ""),))
    empty = ItemWishes(wish_edges(FactNumbers(silent), silent), 1)
    assert not empty.is_informed and wishes().is_informed


def test_a_checkpoint_holds_the_weight_alone() -> None:
    assert list(wishes().state_dict()) == ["weight"]
