"""Titles in a text become mentions: the longest, whole, and no ordinary word by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.dialogues import mention, split_mentions
from tastemaker.data.title_links import labelled, link_titles, repeated

ORDINARY = ("her", "war")


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Alien, Aliens and ALIEN 3.", "[[1]], Aliens and [[3]]."),
        ("I saw alien 3 (1992) twice: alien 3", "I saw [[3]] twice: [[3]]"),
        ("Alien (1986)", "[[1]] (1986)"),
        ("Saw Winter's Bone, Winter’s bone", "Saw [[4]], [[4]]"),
        ("I met her in Her, HER", "I met her in [[5]], [[5]]"),
        ("What? (yes)", "[[6]] (yes)"),
        ("(1984)", "[[7]]"),
    ],
)
def test_labelled_titles(text: str, linked: str) -> None:
    titles = ["Alien (1979)", "Alien 3 (1992)", "Winter’s Bone", "Her", "What?", "(1984)"]
    names = [labelled(title, item, ORDINARY) for title, item in zip(titles, "134567", strict=True)]
    assert link_titles(text, names)[0] == linked


def test_a_title_of_an_earlier_turn_is_written_exactly_so() -> None:
    names = [name for title in ("Her", "The Guard (2011)") if (name := repeated(title, title[:3], ORDINARY))]
    assert link_titles("Her guard in the Guard and The Guard (2011)", names) == (
        "Her guard in the Guard and [[The]]",
        {"The"},
    )


def test_nothing_to_look_for() -> None:
    assert link_titles("Alien", []) == ("Alien", frozenset())


def test_who_was_found() -> None:
    names = [labelled("Alien", "1", ()), labelled("Heat", "2", ())]
    assert link_titles("alien", names) == ("[[1]]", {"1"})


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_any_title_is_a_pattern(titles: list[str], words: list[str]) -> None:
    names = [labelled(title, str(item), ("a",)) for item, title in enumerate(titles)]
    text = " ".join((*words, *titles)).replace("[", "(").replace("]", ")")
    linked, found = link_titles(text, names)
    stretches, items = split_mentions(linked)
    assert set(items) == found
    assert all(mention(item) in linked for item in found)
    assert sum(map(len, stretches)) <= len(text)
