import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.features import Features
from tastemaker.data.reasons import Reason, reason_of

FEATURES = Features(
    {(word,): word for word in ("tone", "strap", "guitar", "pedal")} | {("strap", "lock"): "strap lock"}
)


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("It gives a great tone.", "tone"),
        ("The strap lock here is very comfortable.", "strap lock"),
        ("Such a very beautiful strap for me.", "strap"),
        ("The pedal works really well with it.", "pedal"),
        ("No pedal has ever been as sturdy.", "pedal"),
    ],
)
def test_praise_stands_before_a_feature_or_behind_it_and_a_verb(sentence: str, feature: str) -> None:
    assert reason_of(sentence, FEATURES) == Reason(sentence, feature)


@pytest.mark.parametrize(
    "sentence",
    [
        "A great tone.",
        "It is great, and I bought two of them.",
        "I use it with my strap at home.",
        "Does it not have a great tone?",
        "It has a great tone but a flimsy knob.",
        "It has a great tone, although it is heavy.",
        "This is not a great tone to me.",
        "It broke, a great tone or not.",
        "I really love my guitar more than this.",
        "I tried two pedal things and it is great.",
        "The pedal here, says my brother, great.",
        "It goes with the strap as well now.",
        "Write to [email] for the great tone of it.",
        f"It has a great tone {'and so on ' * 10}.",
    ],
)
def test_other_sentences_say_no_reason(sentence: str) -> None:
    """Too short; no feature; no praise; a question; blame; contrast; denied; another's; no link; masked; too long."""
    assert reason_of(sentence, FEATURES) is None


def test_of_several_the_one_with_the_most_praised_features_and_else_the_first() -> None:
    two = "Great tone, and the strap is comfortable."
    assert reason_of(f"It has a great tone. {two} A perfect pedal for my room.", FEATURES) == Reason(two, "tone")
    assert reason_of("It has a great tone.A perfect pedal for my room.", FEATURES) == Reason(
        "It has a great tone.", "tone"
    )


@given(st.text())
def test_any_review_gives_a_sentence_of_its_own_or_none(review: str) -> None:
    found = reason_of(review, FEATURES)
    assert found is None or found.text in review
