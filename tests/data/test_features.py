from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.features import Features, Mention
from tastemaker.data.sentences import words

SAID = (
    "The tone is warm and the strap is long.",
    "A great tone, and the strap lock is fine.",
    "I love the tone of my guitar. Nice strap!",
    "My guitar has the tone that I wanted; the straps fit.",
    "Strap locks hold the guitar. The price was low, great shipping!",
)
FEATURES = Features.learn(SAID * 8)
"""40 reviews: of each feature that five of them speak of there are enough, 8 are needed."""


def test_frequent_nouns_and_pairs_of_them_are_features() -> None:
    """Behind "the", "my" or praise and before a word of grammar or the end: tone at 5 of 5 places, strap at 3 of 5,
    guitar at 3 of 3, strap lock at 1 of 2, and lock itself at none."""
    assert set(FEATURES.forms.values()) == {"tone", "strap", "guitar", "strap lock"}


def test_a_feature_is_one_in_both_numbers_and_called_by_the_commoner() -> None:
    assert FEATURES.forms[("straps",)] == FEATURES.forms[("strap",)] == "strap"
    more = Features.learn((*SAID * 8, *["The straps are long."] * 60))
    assert more.forms[("straps",)] == more.forms[("strap",)] == "straps"


def test_what_few_speak_of_is_none() -> None:
    """Seven reviews hold each word, one short."""
    assert Features.learn(SAID[:1] * 7).forms == {}
    assert set(Features.learn(SAID[:1] * 8).forms.values()) == {"tone", "strap"}


def test_verbs_opinions_and_the_purchase_are_none() -> None:
    many = Features.learn(["The love of it. My play is fine. The price is good. A good time."] * 20)
    assert many.forms == {}


def test_mentions_stand_where_the_words_are_and_a_pair_counts_as_one() -> None:
    sentence = words("The strap lock suits my guitar strap, and its tone")
    assert list(FEATURES.mentions(sentence)) == [
        *(Mention("strap lock", 1, 3), Mention("guitar", 5, 6), Mention("strap", 6, 7), Mention("tone", 9, 10)),
    ]


def test_a_review_speaks_of_the_features_in_its_sentences() -> None:
    assert FEATURES.of("Great TONE.The guitar strap\nlock is gone.") == {"tone", "guitar", "strap"}
    assert FEATURES.of("") == frozenset()


def test_no_reviews_have_no_features() -> None:
    assert Features.learn([]) == Features()


@given(st.lists(st.text(), max_size=30))
def test_any_reviews_are_learnt_from_and_read_without_an_error(reviews: list[str]) -> None:
    found = Features.learn(reviews * 8)
    assert all(found.of(review) <= set(found.forms.values()) for review in reviews)
