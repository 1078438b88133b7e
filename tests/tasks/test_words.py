from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.errors import RecipeError
from tastemaker.tasks.words import check_share, shortened, thinned


def test_the_first_words_stay_as_they_are_written() -> None:
    assert shortened("  one,  two\nthree four ", 3) == "one,  two\nthree"
    assert shortened(" one two ", 2) == "one two"
    assert shortened("", 2) == ""


def test_a_share_of_words_is_left_out_and_the_others_keep_their_order() -> None:
    words = [str(number) for number in range(1000)]
    left = thinned(" ".join(words), 0.3, Random(0)).split()
    assert 650 < len(left) < 750
    assert left == sorted(left, key=int)
    assert thinned(" a  b ", 0.0, Random(0)) == "a b"


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
