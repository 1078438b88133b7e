from tastemaker.data.catalog import CatalogItem
from tastemaker.tasks.sheet import sheet, shown_values, title_alone


def test_an_item_as_text() -> None:
    item = CatalogItem(
        "1", "Bridge, The (1999)", attributes={"year": ("1999",), "genre": ("Drama", "War"), "language": ("N/A",)}
    )
    assert title_alone(item) == "The Bridge"
    assert sheet(title_alone(item), shown_values(item)) == "The Bridge. year: 1999; genre: Drama, War"


def test_four_values_of_an_attribute_are_shown() -> None:
    item = CatalogItem("1", "Crowd", attributes={"actor": ("A B", "unknown", "C D", "E F", "G H", "I J")})
    assert shown_values(item) == {"actor": ("A B", "C D", "E F", "G H")}


def test_title_and_values_may_be_missing() -> None:
    assert title_alone(CatalogItem("1", "", attributes={"year": ("1999",)})) == ""
    assert sheet("", {"year": ("1999",)}) == "year: 1999"
    assert sheet("Heat", {}) == "Heat"
    assert sheet("", {}) == ""
