import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.title_forms import aliases, is_distinctive, printed_title


@pytest.mark.parametrize(
    ("title", "year", "printed"),
    [
        ("Heat (1995)", "1995", "Heat (1995)"),
        ("Heat", "1995", "Heat (1995)"),
        ("Usual Suspects, The (1995)", "1995", "The Usual Suspects (1995)"),
        ("Heat", "", "Heat"),
        ("", "1995", "x"),
    ],
)
def test_printed_title(title: str, year: str, printed: str) -> None:
    attributes = {"year": (year,)} if year else {}
    assert printed_title(CatalogItem("x", title, attributes=attributes)) == printed


def test_aliases_with_and_without_year_article_and_remark() -> None:
    found = {alias.text: alias.needs_capitals for alias in aliases(CatalogItem("x", "The Net (Das Netz) (1995)"))}
    assert found["The Net (1995)"] is False
    assert found["Net (1995)"] is False
    assert found["The Net"] is True, "two ordinary words count with capitals only"
    assert "Net" not in found, "one ordinary word never counts without the year"
    assert found["Das Netz"] is False


def test_a_catalog_without_years_lets_a_single_word_stand_with_a_capital() -> None:
    (alias,) = aliases(CatalogItem("x", "Heat"), is_known_by_year=False)
    assert (alias.text, alias.needs_capitals) == ("Heat", True)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["heat"], False),
        (["bad", "boys"], False),
        (["pulp", "fiction"], True),
        (["while", "you", "were", "sleeping"], True),
    ],
)
def test_distinctive(words: list[str], expected: bool) -> None:
    assert is_distinctive(words) is expected
