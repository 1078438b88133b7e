from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.errors import RecipeError
from tastemaker.tasks.words import check_share, count_words, first_sentences, shortened, thinned


def test_the_first_words_stay_as_they_are_written() -> None:
    assert shortened("  one,  two\nthree four ", 3) == "one,  two\nthree"
    assert shortened(" one two ", 2) == "one two"
    assert shortened("", 2) == ""


@pytest.mark.parametrize(
    ("text", "most", "first"),
    [
        ("Toys come alive. Nobody knows. They keep it so.", 5, "Toys come alive. Nobody knows."),
        ("Toys come alive. Nobody knows. They keep it so.", 4, "Toys come alive."),
        ("Toys come alive. Nobody knows.", 2, "Toys come"),
        (" Is it?  3.5 of\n5!\nYes ", 9, "Is it? 3.5 of 5! Yes"),
        ("One line\nand another", 3, "One line"),
        ("很好。便宜。不错。", 6, "很好。便宜。"),
        (" \n ", 3, ""),
    ],
)
def test_first_sentences(text: str, most: int, first: str) -> None:
    assert first_sentences(text, most) == first


@given(st.text(), st.integers(1, 9))
def test_first_sentences_are_some_of_the_first_words(text: str, most: int) -> None:
    found = first_sentences(text, most)
    assert count_words(found) <= most
    assert bool(found) == bool(text.split())
    assert " ".join(text.split()).startswith(found)


def test_words_are_counted_in_any_script() -> None:
    assert count_words("Toys come alive.") == 3
    assert count_words("很好 ok。") == 3


def test_a_share_of_words_is_left_out_and_the_others_keep_their_order() -> None:
    words = [str(number) for number in range(1000)]
    left = thinned(" ".join(words), 0.3, Random(0)).split()
    assert 650 < len(left) < 750
    assert left == sorted(left, key=int)
    assert thinned(" a  b ", 0.0, Random(0)) == "a b"


def test_needed_words_stay() -> None:
    assert thinned("a [this] b [this] c", 0.99, Random(0), ("[this]",)) == "[this] [this]"


@given(st.text(), st.floats(0, 0.99), st.integers())
def test_some_word_always_stays(text: str, share: float, seed: int) -> None:
    left = thinned(text, share, Random(seed)).split()
    assert bool(left) == bool(text.split())
    assert set(left) <= set(text.split())


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_is_none(share: float) -> None:
    with pytest.raises(RecipeError) as refusal:
        check_share("dropped_words", share)
    assert str(refusal.value) == f"dropped_words must lie between 0 and below 1, found {share}."
