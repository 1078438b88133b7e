import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.tasks.answer_words import AnswerWords

GENRES = AnswerWords.of("genre", ("Comedy", "Sci-Fi", "Children's", "Film-Noir", "War"))
BEAUTY = AnswerWords.of("category", ("Nail Polish", "Shampoos", "Bath & Body", "Women's"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A comedy of wars, warm and toward nobody", "A of , warm and toward nobody"),
        ("Two COMEDIES; a romantic science fiction for kids", "Two ; a romantic for"),
        ("a sci-fi, a sci fi, a Sci‐Fi, scifi", "a , a , a ,"),
        ("The children’s hour, children's games", "The hour, games"),
        ("a film noir", "a"),
        ("sci war fi", ""),
        ("", ""),
    ],
)
def test_every_form_of_a_genre_goes(text: str, left: str) -> None:
    assert GENRES.removed(text) == left


def test_of_a_value_of_several_words_each_one_goes() -> None:
    text = "red nail polish, nails; a shampoo, baths & bodies for the woman and women"
    assert BEAUTY.removed(text) == "red , ; a , & for the woman and"


def test_a_script_without_spaces() -> None:
    assert AnswerWords.of("genre", ("喜剧", "剧情")).removed("这是一部喜剧片，也是剧情片") == "这是一部 片，也是 片"


def test_without_values_nothing_goes() -> None:
    assert AnswerWords.of("genre", ()).removed("a comedy") == "a comedy"
    assert AnswerWords.of("genre", ("&", "-")).removed("you & me - us") == "you & me - us"


@given(st.lists(st.sampled_from(("comedy", "sci", "fi", "-", "war", "a", "children's", "noir", "film"))).map(" ".join))
def test_nothing_is_left_to_remove(text: str) -> None:
    left = GENRES.removed(text)
    assert GENRES.removed(left) == left
    assert not {"comedy", "war", "noir", "film"} & set(left.split())
