import pytest

from tastemaker.data.works import is_same_work, may_be_same_work, title_forms, title_words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Godfather: Part II, The (1974)", "godfather part 2"),
        ("Alien³", "alien 3"),
        ("8½ (1963)", "8 1 2"),
        ("Twelve Monkeys (1995)", "12 monkeys"),
        ("Romeo + Juliet", "romeo and juliet"),
        ("Á köldum klaka (Cold Fever) (1994)", "koldum klaka"),
        ("When the Cat's Away", "when the cats away"),
        ("A (1998)", "a"),
        ("花樣年華 (2000)", "花樣年華"),
    ],
)
def test_words_of_a_title(title: str, words: str) -> None:
    assert title_words(title) == tuple(words.split())


def test_a_title_has_a_form_for_every_name_in_brackets() -> None:
    assert title_forms("Hate (La Haine) (1995)") == {("hate",), ("la", "haine")}
    assert title_forms("(1995)") == frozenset()


@pytest.mark.parametrize(
    ("one", "year", "other", "other_year", "is_same", "may_be"),
    [
        ("Heat", "1995", "Heat", "1996", True, True),
        ("Heat", "1995", "Heat", "1997", True, True),
        ("Heat", "1995", "Heat", "1998", False, False),
        ("Heat", None, "Heat", "1998", True, True),
        ("Hate (La Haine)", "1995", "La haine", "1995", True, True),
        ("Bordello of Blood", "1996", "Tales from the Crypt Presents: Bordello of Blood", "1996", True, True),
        ("Bordello of Blood", None, "Tales from the Crypt Presents: Bordello of Blood", "1996", False, False),
        ("Star Wars Kid", None, "Star Wars", "1977", False, False),
        ("Arrow, The", "1996", "Broken Arrow", "1996", False, True),
        ("Promesse, La", "1996", "The Promise", "1997", False, True),
        ("Promesse, La", "1996", "The Promise", "1998", False, False),
        ("In the Line of Duty 2", "1987", "In the Line of Duty III", "1988", False, False),
        ("Home Alone 4", None, "Home Alone", "1990", False, False),
    ],
)
def test_two_records_of_one_work(
    one: str, year: str | None, other: str, other_year: str | None, is_same: bool, may_be: bool
) -> None:
    for first, second in (((one, year), (other, other_year)), ((other, other_year), (one, year))):
        assert is_same_work(*first, *second) is is_same
        assert may_be_same_work(*first, *second) is may_be
