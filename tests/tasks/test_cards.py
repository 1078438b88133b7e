import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.tasks.cards import (
    Grounds,
    Past,
    card,
    card_labels,
    card_title,
    evidence,
    hinted,
    labels_of,
    likely_hint,
    parse,
    render,
    spoken,
)
from tastemaker.tasks.example import Card, Evidence

TOY_STORY, ALADDIN, BABE, HEAT, SPEED, PULP_FICTION = range(6)
STAR_WARS, CASABLANCA, HOOP_DREAMS = 7, 12, 15


def test_card_has_title_and_labels(cinema: Dataset) -> None:
    about = card(cinema.catalog, TOY_STORY)
    assert about == Card("Toy Story (1995): animation, children's, comedy")
    assert card_title(about) == "Toy Story (1995)"
    assert card_labels(about) == ("animation", "children's", "comedy")


def test_card_of_an_item_without_attributes() -> None:
    about = card(Catalog((CatalogItem("a", "2001: A Space Odyssey"),)), 0)
    assert about == Card("2001: A Space Odyssey:")
    assert card_title(about) == "2001: A Space Odyssey"
    assert card_labels(about) == ()


@pytest.mark.parametrize(
    ("item", "past", "asked", "expected"),
    [
        (
            TOY_STORY,
            [(ALADDIN, 5.0)],
            [("genre", "Comedy")],
            "liked Aladdin (1992), 5 stars; shares animation, children's, comedy; both 1990s; asked comedy",
        ),
        (
            TOY_STORY,
            [(ALADDIN, 5.0), (BABE, 4.0)],
            [],
            "liked Aladdin (1992), 5 stars; liked Babe (1995), 4 stars; shares children's, comedy; all 1990s",
        ),
        (TOY_STORY, [(ALADDIN, None)], [], "chose Aladdin (1992); shares animation, children's, comedy; both 1990s"),
        (PULP_FICTION, [(CASABLANCA, 4.5)], [], "liked Casablanca (1942), 4.5 stars; shares drama"),
        (HOOP_DREAMS, [(CASABLANCA, 5.0)], [], "liked Casablanca (1942), 5 stars; is documentary, 1990s"),
        (TOY_STORY, [(HEAT, 2.0)], [], "is animation, children's, comedy, 1990s"),
        (TOY_STORY, [], [], "is animation, children's, comedy, 1990s"),
        (TOY_STORY, [(TOY_STORY, 5.0)], [], "is animation, children's, comedy, 1990s"),
        (HEAT, [], [("decade", "1990s"), ("genre", "Crime")], "asked 1990s, crime"),
        (HEAT, [], [("genre", "Comedy"), ("decade", "1980s")], "is action, crime, thriller, 1990s"),
        (HOOP_DREAMS, [], [("not genre", "Horror")], "is documentary, 1990s; asked no horror"),
        (HOOP_DREAMS, [], [("year", "1994"), ("title", "Heat (1995)")], "is documentary, 1990s"),
        (
            HEAT,
            [(SPEED, 4.0), (CASABLANCA, 5.0)],
            [],
            "liked Speed (1994), 4 stars; shares action, thriller; both 1990s",
        ),
    ],
)
def test_evidence(
    cinema: Dataset, item: int, past: list[tuple[int, float | None]], asked: list[tuple[str, str]], expected: str
) -> None:
    assert evidence(cinema.catalog, item, past, asked).text == expected


def test_evidence_names_two_past_items_at_most(cinema: Dataset) -> None:
    text = evidence(cinema.catalog, TOY_STORY, [(ALADDIN, 5.0), (BABE, 5.0), (HEAT, 5.0)]).text
    assert text.count("liked") == 2


def test_stars_of_another_scale_are_told_in_halves(cinema: Dataset) -> None:
    """4.5 of MovieLens' half stars is 4.5556 on 1..5, and .5 is 1."""
    assert "liked Aladdin (1992), 4.5 stars;" in evidence(cinema.catalog, TOY_STORY, [(ALADDIN, 1 + 4 * 4 / 4.5)]).text
    assert "4 stars" in evidence(cinema.catalog, TOY_STORY, [(ALADDIN, 4.11)]).text


def test_no_refusal_is_met_by_an_item_of_which_nothing_is_known(cinema: Dataset) -> None:
    hidden = cinema.hiding("genre", [TOY_STORY]).catalog
    refused = [("not genre", "War")]
    assert "asked no war" in evidence(cinema.catalog, TOY_STORY, [], refused).text
    assert "no war" not in evidence(hidden, TOY_STORY, [], refused).text


def test_another_threshold_of_liking(cinema: Dataset) -> None:
    text = evidence(cinema.catalog, TOY_STORY, [(ALADDIN, 1.0)], like_threshold=1.0).text
    assert text.startswith("liked Aladdin (1992), 1 star; shares")


def test_evidence_of_an_item_of_which_nothing_is_known() -> None:
    assert evidence(Catalog((CatalogItem("a", "Alone"),)), 0, []).text == ""


def test_labels_are_few_and_never_what_parts_evidence() -> None:
    attributes = {"genre": tuple("ABCDEF"), "year": ("1990",), "mood": ("sad; slow",)}
    long = {"genre": ("Comedy", "Drama", "War", "Crime", "Horror"), "mood": ("sad; slow",)}
    assert labels_of(CatalogItem("a", "A", attributes=attributes)) == ()
    assert labels_of(CatalogItem("a", "A", attributes=long)) == ("comedy", "drama", "war", "crime")


def test_spoken() -> None:
    assert spoken(("genre", "Sci-Fi")) == "sci-fi"
    assert spoken(("brand", "Fender")) == "Fender"
    assert spoken(("not genre", "Horror")) == "no horror"


LABELS = st.lists(st.sampled_from(("comedy", "film-noir", "children's", "Fender")), max_size=3, unique=True).map(tuple)
PAST = st.builds(
    Past,
    st.sampled_from(("Heat (1995)", "2001: A Space Odyssey (1968)", "The Good, the Bad and the Ugly (1966)", "Up")),
    st.sampled_from(("", "5 stars", "4.5 stars", "1 star")),
)
DECADE = st.sampled_from(("", "1990s"))


HINT = st.sampled_from(("", "strap lock", "tone"))


@given(st.lists(PAST, min_size=1, max_size=2).map(tuple), LABELS, DECADE, LABELS, DECADE, LABELS, HINT)
def test_parse_reads_back_what_render_writes(
    past: tuple[Past, ...],
    shared: tuple[str, ...],
    decade: str,
    own: tuple[str, ...],
    own_decade: str,
    asked: tuple[str, ...],
    about: str,
) -> None:
    found = Grounds(past, shared, decade, own, own_decade, asked, about)
    assert parse(render(found)) == found


def test_a_hint_ends_the_evidence_whatever_it_says() -> None:
    why = Evidence("liked Heat (1995), 5 stars; shares crime")
    assert hinted(why, "tone").text == "liked Heat (1995), 5 stars; shares crime; about tone"
    assert (
        hinted(hinted(why, "tone"), "strap lock").text == "liked Heat (1995), 5 stars; shares crime; about strap lock"
    )
    assert hinted(Evidence(""), "tone").text == "about tone"


def test_a_likely_hint_is_what_is_shared_or_else_the_first_label() -> None:
    assert likely_hint(Evidence("liked Up, 5 stars; shares crime, war"), Card("Heat: action, crime")) == "crime"
    assert likely_hint(Evidence("liked Up, 5 stars; is action"), Card("Heat: action, crime")) == "action"
    assert likely_hint(Evidence(""), Card("Heat:")) == ""


def test_parse_of_nothing() -> None:
    assert parse("") == Grounds()
