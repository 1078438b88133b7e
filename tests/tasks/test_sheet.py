from tastemaker.data.catalog import CatalogItem
from tastemaker.tasks.sheet import line_of, sheet, sheet_lines, shown_values, title_alone


def test_an_item_as_text() -> None:
    item = CatalogItem(
        "1", "Bridge, The (1999)", attributes={"year": ("1999",), "genre": ("Drama", "War"), "language": ("N/A",)}
    )
    assert title_alone(item) == "The Bridge"
    assert sheet(title_alone(item), shown_values(item)) == "The Bridge. year: 1999; genre: Drama, War"
    assert sheet_lines(title_alone(item), shown_values(item)) == "The Bridge\n year: 1999\n genre: Drama, War\n"


def test_four_values_of_an_attribute_are_shown() -> None:
    item = CatalogItem("1", "Crowd", attributes={"actor": ("A B", "unknown", "C D", "E F", "G H", "I J")})
    assert shown_values(item) == {"actor": ("A B", "C D", "E F", "G H")}


def test_title_and_values_may_be_missing() -> None:
    assert title_alone(CatalogItem("1", "", attributes={"year": ("1999",)})) == ""
    assert sheet("", {"year": ("1999",)}) == "year: 1999"
    assert sheet("Heat", {}) == "Heat"
    assert sheet("", {}) == ""
    assert sheet_lines("", {"year": ("1999",)}) == "year: 1999\n"
    assert sheet_lines("Heat", {}) == "Heat\n"
    assert sheet_lines("", {}) == ""


def test_values_stand_in_the_sheet_up_to_the_end_of_their_line() -> None:
    assert line_of(("Crime", "Drama")) == "Crime, Drama\n"
    assert line_of(("Crime", "Drama")) in sheet_lines("Heat", {"genre": ("Crime", "Drama")})
