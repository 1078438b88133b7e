import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import FactExtractor
from tastemaker.tasks.example import Item, Text
from tastemaker.tasks.mentions import link


@pytest.fixture
def extractor(cinema: Dataset) -> FactExtractor:
    return FactExtractor(cinema.catalog)


def test_an_item_follows_its_title(extractor: FactExtractor) -> None:
    assert link("I liked Heat (1995) and star wars (1977), thanks", extractor, "user", 2) == (
        Text("I liked Heat (1995)", "user", 2),
        Item(3, 2),
        Text(" and star wars (1977)", None, 2),
        Item(7, 2),
        Text(", thanks", None, 2),
    )


def test_nothing_follows_a_title_at_the_end(extractor: FactExtractor) -> None:
    assert link("Like Heat (1995)", extractor, None) == (Text("Like Heat (1995)"), Item(3))


@pytest.mark.parametrize("text", ["", "a comedy from the 1990s", "the heat is on"])
def test_text_without_titles_is_one_segment(extractor: FactExtractor, text: str) -> None:
    assert link(text, extractor, "user") == (Text(text, "user"),)
