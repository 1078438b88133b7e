from collections import Counter

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.split import Split
from tastemaker.tasks.item_split import split_of_item, splits_of

ITEMS = [f"B{row:06}" for row in range(5000)]


def test_a_tenth_is_test_and_a_tenth_validation() -> None:
    shares = Counter(split_of_item(item) for item in ITEMS)
    assert 0.09 < shares[Split.TEST] / len(ITEMS) < 0.11
    assert 0.09 < shares[Split.VALIDATION] / len(ITEMS) < 0.11


def test_the_split_is_the_same_on_every_machine() -> None:
    assert [split_of_item(item) for item in ("i0", "i12", "i9")] == [Split.TRAIN, Split.VALIDATION, Split.TEST]


def test_another_seed_gives_another_split() -> None:
    assert [split_of_item(item, 1) for item in ITEMS] != [split_of_item(item) for item in ITEMS]


def test_items_of_one_title_go_together_to_where_one_of_them_is_held_out() -> None:
    titled = [("i0", "Heat (1995)"), ("i9", "heat (1995)"), ("i12", "HEAT (1995)"), ("i2", "Speed"), ("i12b", "")]
    catalog = Catalog(tuple(CatalogItem(*pair) for pair in titled))
    assert splits_of(catalog) == [Split.TEST, Split.TEST, Split.TEST, Split.TRAIN, split_of_item("i12b")]
