import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import FactExtractor
from tastemaker.tasks.example import Card, Evidence, History, Item, Recommended, Text
from tastemaker.tasks.request import Turn, asked, dialogue_context, explanation_context, named, turns_of

HEAT, STAR_WARS, PSYCHO = 3, 7, 9

TURNS = (
    Turn("user", "a thriller like Heat (1995)"),
    Turn("assistant", "How about", PSYCHO),
    Turn("user", "no horror, from the 1990s please"),
)


@pytest.fixture
def extractor(cinema: Dataset) -> FactExtractor:
    return FactExtractor(cinema.catalog)


def test_explanation_context(cinema: Dataset) -> None:
    history = cinema.history(0)[:2]
    about, why = Card("Heat (1995): crime"), Evidence("is crime")
    context = explanation_context(history, HEAT, about, why)
    assert context == (History(history), Recommended(HEAT, about, why, 2))


def test_dialogue_context_cuts_earlier_replies_first_and_shows_them_without_evidence(
    cinema: Dataset, extractor: FactExtractor
) -> None:
    assert dialogue_context(cinema.history(0)[:1], TURNS, extractor) == (
        History(cinema.history(0)[:1]),
        Text("a thriller like Heat (1995)", "user", 1),
        Item(HEAT, 1),
        Text("How about", "assistant", 0),
        Recommended(PSYCHO, Card("Psycho (1960): horror, romance, thriller"), None, 0),
        Text("no horror, from the 1990s please", "user", 2),
    )


def test_turns_are_read_back_from_their_context(extractor: FactExtractor) -> None:
    assert turns_of(dialogue_context((), TURNS, extractor)) == TURNS


def test_wishes_in_the_order_in_which_they_were_said(extractor: FactExtractor) -> None:
    assert asked(TURNS, extractor) == (("genre", "Thriller"), ("not genre", "Horror"), ("decade", "1990s"))


def test_only_the_user_asks(extractor: FactExtractor) -> None:
    turns = (Turn("assistant", "A comedy perhaps, like Heat (1995)?"), Turn("user", "No idea."))
    assert asked(turns, extractor) == ()
    assert named(turns, extractor) == ()


def test_a_later_word_takes_back_an_earlier_one(extractor: FactExtractor) -> None:
    turns = (Turn("user", "a comedy or a drama"), Turn("user", "no comedy after all"))
    assert asked(turns, extractor) == (("genre", "Drama"), ("not genre", "Comedy"))
    turns = (*turns, Turn("user", "well, a comedy then"))
    assert asked(turns, extractor) == (("genre", "Drama"), ("genre", "Comedy"))


def test_named_items_the_latest_turn_first_without_those_refused(extractor: FactExtractor) -> None:
    turns = (Turn("user", "I loved Heat (1995)"), Turn("user", "and Star Wars (1977), but not Psycho (1960)"))
    assert named(turns, extractor) == (STAR_WARS, HEAT)
