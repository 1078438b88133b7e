import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.errors import RequestError
from tastemaker.inference.lookup import find_item

CATALOG = Catalog(
    (
        CatalogItem("7", "Toy Story (1995)", attributes={"year": ("1995",)}),
        CatalogItem("8", "Chasing Amy (1997)", attributes={"year": ("1997",)}),
        CatalogItem("9", "Chasing Amy (1997)", attributes={"year": ("1997",)}),
        CatalogItem("10", "Sabrina (1954)", attributes={"year": ("1954",)}),
        CatalogItem("11", "Sabrina (1995)", attributes={"year": ("1995",)}),
        CatalogItem("12", "It's a Small World, The (1999)", attributes={"year": ("1999",)}),
    )
)


@pytest.mark.parametrize("words", ["7", "Toy Story (1995)", "toy story", "  TOY  story (1995) "])
def test_an_item_is_found_by_id_or_title(words: str) -> None:
    assert find_item(CATALOG, words) == 0


def test_a_title_is_found_as_it_stands_or_as_it_is_typed() -> None:
    titles = ("Lamp, the", "Heat", "Heat (1995)", "Amélie")
    catalog = Catalog(tuple(CatalogItem(str(row), title) for row, title in enumerate(titles)))
    asked = ("Lamp, the", "lamp, the", "Heat", "Heat (1995)", "Ame\u0301lie")
    assert [find_item(catalog, words) for words in asked] == [0, 0, 1, 2, 3]


def test_a_year_tells_two_films_apart() -> None:
    assert find_item(CATALOG, "sabrina (1995)") == 4


@pytest.mark.parametrize(
    "words", ["The It's a small world", "It's a Small World, The", "it's a small world, the (1999)"]
)
def test_an_article_may_stand_in_front_or_behind(words: str) -> None:
    assert find_item(CATALOG, words) == 5


def test_an_ambiguous_title_lists_its_candidates() -> None:
    with pytest.raises(
        RequestError, match=r"'sabrina' is the title of 2 items: Sabrina \(1954\) \[id 10\], Sabrina \(1995\)"
    ):
        find_item(CATALOG, "sabrina")
    with pytest.raises(
        RequestError, match=r"Chasing Amy \(1997\) \[id 8\], Chasing Amy \(1997\) \[id 9\]\. Pass the id"
    ):
        find_item(CATALOG, "Chasing Amy (1997)")


@pytest.mark.parametrize("words", ["Toy Stroy", "story"])
def test_an_unknown_title_names_the_closest(words: str) -> None:
    with pytest.raises(
        RequestError, match=rf"no item has the id or the title '{words}'. Did you mean Toy Story \(1995\)"
    ):
        find_item(CATALOG, words)


@pytest.mark.parametrize("words", ["xyzzy", ""])
def test_something_else_says_what_to_pass(words: str) -> None:
    with pytest.raises(RequestError, match="Pass an item's id or its title"):
        find_item(CATALOG, words)
