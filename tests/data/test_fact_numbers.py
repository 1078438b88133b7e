from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.fact_numbers import FactNumbers

CATALOG = Catalog(
    (
        CatalogItem("a", "A", attributes={"genre": ("Horror", "Comedy")}),
        CatalogItem("b", "B"),
        CatalogItem("c", "C", attributes={"genre": ("Comedy", "unknown"), "year": ("1994",)}),
    )
)


def test_facts_are_numbered_in_order_and_their_negations_follow() -> None:
    facts = [("decade", "1990s"), ("genre", "Comedy"), ("genre", "Horror"), ("year", "1994")]
    negated = [(f"not {name}", value) for name, value in facts]
    assert list(FactNumbers(CATALOG).numbers) == [*facts, *negated]
    assert list(FactNumbers(CATALOG).numbers.values()) == list(range(8))


def test_every_fact_knows_its_items() -> None:
    numbers, rows = FactNumbers(CATALOG).holders(CATALOG)
    assert list(zip(numbers.tolist(), rows.tolist(), strict=True)) == [(0, 2), (1, 0), (1, 2), (2, 0), (3, 2)]


def test_a_catalog_that_knows_less_keeps_the_numbers() -> None:
    less = Catalog((CATALOG[0].without("genre"), *CATALOG.items[1:]))
    numbers, rows = FactNumbers(CATALOG).holders(less)
    assert list(zip(numbers.tolist(), rows.tolist(), strict=True)) == [(0, 2), (1, 2), (3, 2)]


def test_a_catalog_may_say_nothing() -> None:
    silent = Catalog((CatalogItem("b", "B"),))
    assert FactNumbers(silent).numbers == {}
    assert [part.tolist() for part in FactNumbers(silent).holders(silent)] == [[], []]
