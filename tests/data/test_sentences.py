import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.sentences import sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. Great tone!  Why not?", ["It works.", "Great tone!", "Why not?"]),
        ("It works.Great tone!Buy it", ["It works.", "Great tone!", "Buy it"]),
        ("Weighs 2.5 pounds, says A.J. of the U.S.A. team", ["Weighs 2.5 pounds, says A.J.", "of the U.S.A.", "team"]),
        ('He said "great." And so it is...fine', ['He said "great."', "And so it is...fine"]),
        ("one\ntwo\n\nthree", ["one", "two", "three"]),
        ("很好。最高！", ["很好。", "最高！"]),
        (" \n ", []),
    ],
)
def test_a_text_is_cut_where_sentences_end(text: str, expected: list[str]) -> None:
    found = sentences(text)
    assert [part.replace('"', "") for part in found] == [part.replace('"', "") for part in expected]


def test_words_are_in_lower_case_and_keep_their_inner_signs() -> None:
    assert words("The CLIP-ON tuner doesn’t slip, don't worry: 9/10!") == [
        *("the", "clip-on", "tuner", "doesn't", "slip", "don't", "worry", "9", "10"),
    ]


@given(st.text())
def test_no_letter_of_any_text_is_lost(text: str) -> None:
    letters = [letter for letter in text if letter.isalnum()]
    assert [letter for part in sentences(text) for letter in part if letter.isalnum()] == letters
