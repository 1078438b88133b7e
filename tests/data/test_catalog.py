import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.schema import ITEM_COLUMNS

names = st.text(min_size=1, max_size=5)
items = st.builds(
    CatalogItem,
    item_id=names,
    title=st.text(max_size=10),
    text=st.text(max_size=10),
    attributes=st.dictionaries(names, st.lists(names, min_size=1, max_size=3).map(tuple), max_size=3),
    image=st.none() | names,
)


@given(st.lists(items, max_size=4, unique_by=lambda item: item.item_id))
def test_a_table_and_back(listed: list[CatalogItem]) -> None:
    catalog = Catalog(tuple(listed))
    table = catalog.to_table()
    assert table.schema == pl.Schema(ITEM_COLUMNS)
    assert Catalog.from_table(table) == catalog


def test_rows_and_values() -> None:
    film = CatalogItem("7", "Heat (1995)", attributes={"genre": ("Crime", "Drama")})
    catalog = Catalog((CatalogItem("9", "Casino (1995)"), film))
    assert len(catalog) == 2
    assert catalog.rows == {"9": 0, "7": 1}
    assert catalog[1] is film
    assert [item.item_id for item in catalog] == ["9", "7"]
    assert film.values("genre") == ("Crime", "Drama")
    assert film.values("mood") == ()


def test_values_of_one_name_come_together() -> None:
    pairs = [{"name": "genre", "value": "A"}, {"name": "year", "value": "1"}, {"name": "genre", "value": "B"}]
    table = pl.DataFrame(
        [("1", "T", "", pairs, None), ("2", "U", "", None, None)], pl.Schema(ITEM_COLUMNS), orient="row"
    )
    catalog = Catalog.from_table(table)
    assert catalog[0].attributes == {"genre": ("A", "B"), "year": ("1",)}
    assert catalog[1].attributes == {}


def test_an_item_without_one_of_its_attributes() -> None:
    film = CatalogItem("7", "Heat (1995)", "A heist.", {"genre": ("Crime",), "year": ("1995",)}, "heat.jpg")
    assert film.without("genre") == CatalogItem("7", "Heat (1995)", "A heist.", {"year": ("1995",)}, "heat.jpg")
    assert film.without("mood") == film
