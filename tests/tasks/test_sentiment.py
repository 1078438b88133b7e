from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
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


def talks(*numbers: int) -> pl.DataFrame:
    """Dialogues of which one seeker likes film 3, dislikes film 5 and does not say of film 7; film 9 is in no form."""
    turns = (
        Turn("user", "Hi, [[f3]] was fun", ("f3",), (), ()),
        Turn("assistant", "Then [[f5]] or [[f7]] , or [[f9]] ?", (), ("f5",), ("f7",)),
        Turn("user", "Seen [[f5]] , dull", (), ("f5",), ()),
        Turn("assistant", "Bye"),
    )
    return dialogue_table([Dialogue(f"d{number}", turns) for number in numbers])


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
    assert first.context == (History(()), Text("I nearly left, 0 11"))
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


def test_training_alone_learns_the_words_themselves(cinema: Dataset) -> None:
    for split in Split:
        for task, teaches in ((Sentiment(teaches_read=True), split is Split.TRAIN), (Sentiment(), False)):
            targets = [example.target for example in task.examples(cinema, split)]
            assert targets
            assert all(isinstance(target, Label) and target.teaches_read == teaches for target in targets)
    assert (Sentiment().writes, Sentiment(teaches_read=True).writes) == (False, True)


@pytest.mark.parametrize(("column", "place"), [("review", REVIEW), ("rating", RATING)])
def test_without_reviews_or_ratings(build_cinema: Build, cinema_table: Rows, column: str, place: int) -> None:
    rows = [[*row] for row in cinema_table]
    for row in rows:
        row[place] = None
        row[3] = "view" if column == "rating" else row[3]
    with pytest.raises(DataError) as refusal:
        Sentiment().label_set(build_cinema(rows))
    assert str(refusal.value) == (
        "cinema: task 'sentiment' needs rated reviews in interactions.parquet, or items that seekers liked or disliked "
        f"in dialogues.parquet; found only nulls in column '{column}' and in columns 'liked' and 'disliked'. Remove "
        "[tasks.sentiment] from the recipe."
    )


def test_reviews_and_dialogues_mix(cinema: Dataset) -> None:
    data = replace(cinema, dialogues=talks(*range(30)))
    of_reviews, of_both = (
        {split: list(Sentiment(dropped_words=0.0).examples(each, split)) for split in Split} for each in (cinema, data)
    )
    for split in Split:
        reviews, spoken = of_both[split][: len(of_reviews[split])], of_both[split][len(of_reviews[split]) :]
        assert [e.context for e in reviews] == [e.context for e in of_reviews[split]]
        assert [told(e) for e in spoken[:3]] == ["positive", "negative", "neutral"]
        assert min(e.user or 0 for e in spoken) >= len(cinema.user_ids), "a dialogue is nobody's whom the log knows"
    dialogues = {split: {e.user for e in of_both[split] if (e.user or 0) >= len(cinema.user_ids)} for split in Split}
    assert sorted(user or 0 for users in dialogues.values() for user in users) == list(range(10, 40))
    assert len(of_both[Split.TRAIN]) == 90 + 3 * len(dialogues[Split.TRAIN])


def test_marks_are_never_dropped(cinema: Dataset) -> None:
    (first, *_) = Sentiment(dropped_words=0.99).examples(_spoken(cinema), Split.TRAIN)
    marked = [text.text.split() for text in first.context if isinstance(text, Text)]
    assert [text.count("[this]") for text in marked] == [1, 0]
    assert marked[1].count("[other]") == 3


def test_a_rewritten_answer_changes_no_input(cinema: Dataset) -> None:
    data = _spoken(cinema)
    swapped = data.dialogues.rename({"liked": "disliked", "disliked": "liked"}).select(data.dialogues.columns)
    before, after = (list(Sentiment().examples(each, Split.TEST)) for each in (data, replace(data, dialogues=swapped)))
    assert [example.context for example in before] == [example.context for example in after]
    assert Counter(map(told, before))["positive"] == Counter(map(told, after))["negative"] > 0


def test_a_dialogue_is_read_without_titles(cinema: Dataset) -> None:
    for split in Split:
        for example in Sentiment().examples(_spoken(cinema), split):
            texts = [text.text for text in example.context[1:] if isinstance(text, Text)]
            assert len(texts) == len(example.context) - 1
            assert not [text for text in texts if "(19" in text]


def _spoken(cinema: Dataset) -> Dataset:
    """Thirty dialogues, and not a word in reviews."""
    silent = pl.LazyFrame({name: [None] * len(cinema.items) for name in ("review", "review_title")})
    nulls = silent.cast(pl.String)
    return replace(cinema, dialogues=talks(*range(30)), review_columns=nulls)


def test_a_share_of_dropped_words() -> None:
    with pytest.raises(RecipeError) as refusal:
        Sentiment(dropped_words=1.0)
    assert str(refusal.value) == "dropped_words must lie between 0 and below 1, found 1.0."
