import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.facts import Fact, FactExtractor, holds, is_wish, item_facts


def _labelled() -> ModuleType:
    spec = importlib.util.spec_from_file_location("labelled_facts", Path(__file__).with_name("labelled_facts.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LABELLED = _labelled()


def _film(row: int, title: str) -> CatalogItem:
    genre = LABELLED.GENRES[row % len(LABELLED.GENRES)]
    return CatalogItem(str(row), title, attributes={"year": (title[-5:-1],), "genre": (genre,)})


EXTRACTOR = FactExtractor(Catalog(tuple(_film(row, title) for row, title in enumerate(LABELLED.TITLES))))


def _facts(label: str) -> frozenset[Fact]:
    pairs = [part.partition("=") for part in label.split("; ") if part]
    return frozenset((name.replace("!", "not "), value) for name, _, value in pairs)


def test_precision_and_recall_on_100_hand_labelled_sentences() -> None:
    """134 facts are labelled, 135 found, 129 of them right: 129 / 135 = .956 and 129 / 134 = .963."""
    assert len(LABELLED.SENTENCES) == 100
    found = [EXTRACTOR.facts(text) for text, _ in LABELLED.SENTENCES]
    labelled = [_facts(label) for _, label in LABELLED.SENTENCES]
    right = sum(len(a & b) for a, b in zip(found, labelled, strict=True))
    assert (right, sum(map(len, found)), sum(map(len, labelled))) == (129, 135, 134)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("I loved Aladdin and Psycho.", {"Aladdin (1992)", "Psycho (1960)"}),
        ("Films like Casino?", {"Casino (1995)"}),
        ("i loved aladdin and psycho", set()),
        ("Scream if you like it. Psycho!", set()),
        ("Give me Heat or Speed", set()),
    ],
)
def test_a_title_of_one_word_is_meant_where_only_its_capital_can_say_so(text: str, titles: set[str]) -> None:
    assert {value for name, value in EXTRACTOR.facts(text) if name == "title"} == titles


@pytest.mark.parametrize("text", [text for text, _ in LABELLED.SENTENCES])
def test_statements_end_inside_the_text_and_in_order(text: str) -> None:
    ends = [statement.end for statement in EXTRACTOR.statements(text)]
    assert ends == sorted(ends)
    assert all(0 < end <= len(text) for end in ends)


@given(st.text())
def test_any_text_is_read_without_an_error_and_only_known_names_come_out(text: str) -> None:
    names = {name.removeprefix("not ") for name, _ in EXTRACTOR.facts(text)}
    assert names <= {"genre", "decade", "year", "title"}


@given(st.sampled_from(LABELLED.TITLES), st.text("xyz ", max_size=5), st.text("xyz ", max_size=5))
def test_a_printed_title_is_found_wherever_it_stands(title: str, before: str, after: str) -> None:
    text = f"{before} {title} {after}"
    (statement,) = EXTRACTOR.statements(text)
    assert statement.fact == ("title", title)
    assert text[: statement.end] == f"{before} {title}"
    assert statement.row == LABELLED.TITLES.index(title)


def test_facts_come_in_the_order_of_the_words_each_once() -> None:
    stated = EXTRACTOR.stated("a 90s comedy, a comedy like Heat (1995), no horror")
    assert stated == (
        ("decade", "1990s"),
        ("genre", "Comedy"),
        ("title", "Heat (1995)"),
        ("not genre", "Horror"),
    )


def test_values_of_any_attribute_are_recognised() -> None:
    guitar = CatalogItem(
        "g", "Player", attributes={"brand": ("Fender",), "wood": ("Alder", "unknown"), "frets": ("22",)}
    )
    extractor = FactExtractor(Catalog((guitar,)))
    assert extractor.stated("a fender in alder, not 22 unknown") == (("brand", "Fender"), ("wood", "Alder"))
    assert extractor.facts("from the 1990s, 1995") == frozenset(), "nothing has a year here"


def test_a_feature_is_spoken_of_in_both_numbers_and_also_where_it_is_denied() -> None:
    extractor = FactExtractor(
        Catalog((CatalogItem("a", "", attributes={"feature": ("hum", "battery", "strap lock")}),))
    )
    assert extractor.stated("No hum, and I never change batteries; strap locks") == (
        *(("feature", "hum"), ("feature", "battery"), ("feature", "strap lock")),
    )


def test_a_title_that_two_items_bear_needs_its_year() -> None:
    assert EXTRACTOR.facts("Sabrina") == frozenset()
    assert EXTRACTOR.facts("sabrina (1954)") == {("title", "Sabrina (1954)")}


def test_facts_of_an_item_and_what_holds_of_it() -> None:
    item = CatalogItem("h", "Heat (1995)", attributes={"year": ("1995",), "genre": ("Crime", "unknown")})
    assert item_facts(item) == {
        ("year", "1995"),
        ("decade", "1990s"),
        ("genre", "Crime"),
        ("title", "Heat (1995)"),
    }
    assert holds(item, ("genre", "Crime"))
    assert not holds(item, ("genre", "Drama"))
    assert holds(item, ("not genre", "Drama"))
    assert not holds(item, ("not decade", "1990s"))


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (("genre", "Comedy"), True),
        (("not genre", "Comedy"), True),
        (("decade", "1990s"), True),
        (("year", "1995"), False),
        (("title", "Heat (1995)"), False),
        (("frets", "22"), False),
        (("genre", "unknown"), False),
        (("notes", "loud; fast"), False),
        (("size", "XL"), False),
        (("类别", "吉他"), True),
        (("category", "本"), True),
    ],
)
def test_what_can_be_wished_for(fact: Fact, expected: bool) -> None:
    assert is_wish(fact) is expected
