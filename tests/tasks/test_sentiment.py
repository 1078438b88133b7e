from collections import Counter
from collections.abc import Callable

import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.example import Example, History, Label, Text
from tastemaker.tasks.sentiment import Sentiment

Rows = list[list[object]]
Build = Callable[..., Dataset]
RATING, REVIEW = 4, 5


def told(example: Example) -> str:
    """The one class that holds."""
    assert isinstance(example.target, Label)
    (name,) = [name for name, value in zip(example.target.labels.classes, example.target.values, strict=True) if value]
    return name


def words(example: Example) -> str:
    _, text = example.context
    assert isinstance(text, Text)
    return text.text


def test_stars_become_one_of_three_classes(build_cinema: Build, cinema_table: Rows) -> None:
    rows = [[*row] for row in cinema_table if row[0] == "u0"]
    for row, rating in zip(rows, (1, 2, 2.5, 3, 3.5, 4, 5, None, 5), strict=False):
        row[RATING], row[3] = rating, "view" if rating is None else "rating"
    examples = list(Sentiment(dropped_words=0.0).examples(build_cinema(rows), Split.TRAIN))
    expected = ["negative", "negative", "neutral", "neutral", "neutral", "positive", "positive", "positive"]
    assert [told(example) for example in examples] == expected, "a view of which nothing is said is no example"


def test_the_review_is_all_that_is_read(cinema: Dataset) -> None:
    first, *_ = Sentiment(dropped_words=0.0).examples(cinema, Split.TEST)
    assert first.context == (History(()), Text("I nearly left, 0 11", "user"))
    assert (first.user, told(first)) == (0, "negative")
    short, *_ = Sentiment(dropped_words=0.0, max_words=2).examples(cinema, Split.TEST)
    assert words(short) == "I nearly"


def test_each_reviewed_rating_of_a_split_is_one_example(build_cinema: Build, cinema_table: Rows) -> None:
    rows = [[*row] for row in cinema_table]
    rows[0][REVIEW], rows[1][REVIEW] = None, "  "
    data = build_cinema(rows)
    counts = {split: Counter(e.user for e in Sentiment().examples(data, split)) for split in Split}
    assert counts[Split.TRAIN] == {0: 7} | dict.fromkeys(range(1, 10), 9)
    assert counts[Split.VALIDATION] == dict.fromkeys(range(10), 2)
    assert counts[Split.TEST] == dict.fromkeys(range(10), 3)


def test_shares_are_those_of_training(cinema: Dataset) -> None:
    """Of nine training films a viewer rates three 5, three 4 and three 2."""
    labels = Sentiment().label_set(cinema)
    assert labels.classes == ("negative", "neutral", "positive")
    assert labels.shares == pytest.approx((1 / 3, 0, 2 / 3))
    assert not labels.is_multi


def test_what_reads_like_a_held_out_review_is_not_trained_on(build_cinema: Build, cinema_table: Rows) -> None:
    rows = [[*row] for row in cinema_table]
    rows[3][REVIEW], rows[13][REVIEW] = "Copied  word\nfor WORD", "copied word for word"
    data = build_cinema(rows)
    training = [words(example) for example in Sentiment(dropped_words=0.0).examples(data, Split.TRAIN)]
    assert len(training) == 89
    assert not [text for text in training if "opied" in text]
    assert "copied word for word" in [words(example) for example in Sentiment().examples(data, Split.TEST)]


def test_words_are_dropped_in_training_alone(cinema: Dataset) -> None:
    task = Sentiment(dropped_words=0.5)
    for split, may_drop in ((Split.TRAIN, True), (Split.VALIDATION, False), (Split.TEST, False)):
        lengths = {len(words(example).split()) for example in task.examples(cinema, split)}
        assert (min(lengths) < 5) == may_drop
        assert min(lengths) > 0


@pytest.mark.parametrize(("column", "place"), [("review", REVIEW), ("rating", RATING)])
def test_without_reviews_or_ratings(build_cinema: Build, cinema_table: Rows, column: str, place: int) -> None:
    rows = [[*row] for row in cinema_table]
    for row in rows:
        row[place] = None
        row[3] = "view" if column == "rating" else row[3]
    with pytest.raises(DataError) as refusal:
        Sentiment().label_set(build_cinema(rows))
    assert str(refusal.value) == (
        "cinema: task 'sentiment' needs rated reviews in interactions.parquet, found only nulls in column "
        f"'{column}'. Remove [tasks.sentiment] from the recipe."
    )


def test_a_share_of_dropped_words() -> None:
    with pytest.raises(RecipeError) as refusal:
        Sentiment(dropped_words=1.0)
    assert str(refusal.value) == "dropped_words must lie between 0 and below 1, found 1.0."
