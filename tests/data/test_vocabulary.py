import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.vocabulary import number_forms


@pytest.mark.parametrize(
    ("word", "other"),
    [("strap", "straps"), ("battery", "batteries"), ("box", "boxes"), ("key", "keys"), ("bass", "basses")],
)
def test_a_word_and_its_other_number(word: str, other: str) -> None:
    assert number_forms(word) == (other,)
    assert word in number_forms(other)


@given(st.text())
def test_any_word_has_another_number(word: str) -> None:
    assert word in number_forms(number_forms(word)[0]) or len(word) < 2
