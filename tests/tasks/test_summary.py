"""Titles of reviews, summaries of several, and headlines."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS, SUMMARY_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.corpus import tokenizer_texts
from tastemaker.tasks.example import Example, History, Text, Words
from tastemaker.tasks.readable import as_text
from tastemaker.tasks.summary import Summary

Rows = list[list[object]]
Items = tuple[CatalogItem, ...]
Build = Callable[..., Dataset]
REVIEW, TITLE = 5, 6
WHOLE = Summary(dropped_words=0.0)
UNFORGIVEN, WIZARD_OF_OZ = 13, 16
"""The films that the hash of their ids holds out, for test and validation."""


def read(example: Example) -> list[str]:
    """The texts, which nobody says, unlike the instruction."""
    return [part.text.strip() for part in example.context if isinstance(part, Text) and part.speaker is None]


def written(example: Example) -> str:
    assert isinstance(example.target, Words)
    return example.target.text


def opinions(*rows: tuple[str, list[str], str, str | None]) -> Dataset:
    """A data set of summaries alone."""
    catalog = Catalog(tuple(CatalogItem(item, "") for item in dict.fromkeys(row[0] for row in rows)))
    none = pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS))
    summaries = pl.DataFrame(rows, schema=pl.Schema(SUMMARY_COLUMNS), orient="row")
    return Dataset.from_tables(catalog, none, DataConfig(path="opinions"), summaries=summaries)


def with_texts(items: Items) -> Items:
    return tuple(replace(item, text=f"It is about {row}. It ends well.") for row, item in enumerate(items))


def test_a_review_is_summed_up_in_its_title(cinema: Dataset) -> None:
    """Of 14 films that a viewer sees nine are training, two validation and three test."""
    found = {split: list(WHOLE.examples(cinema, split)) for split in Split}
    assert [len(examples) for examples in found.values()] == [90, 20, 30]
    assert found[Split.TEST][0] == Example(
        "summary",
        (History(()), Text("I nearly left, 0 11"), Text("Its title?", "user", priority=1)),
        Words("Not for me 11"),
        0,
    )


def test_a_review_without_words_or_title_is_no_example(build_cinema: Build, cinema_table: Rows) -> None:
    rows = [[*row] for row in cinema_table]
    rows[0][REVIEW], rows[1][REVIEW] = None, "  "
    rows[2][TITLE], rows[3][TITLE] = None, " "
    rows[4][TITLE] = "WELL worth a  look, 0 4"
    assert rows[4][REVIEW] == "Well worth a look, 0 4", "which says no more than its title"
    examples = list(WHOLE.examples(build_cinema(rows), Split.TRAIN))
    assert [written(example) for example in examples[:4]] == ["Not for me 5", "Loved it 6", "Good 7", "Not for me 8"]


def test_what_reads_like_a_held_out_review_is_not_trained_on(build_cinema: Build, cinema_table: Rows) -> None:
    rows = [[*row] for row in cinema_table]
    rows[3][REVIEW], rows[13][REVIEW] = "Copied  word\nfor WORD", "copied word for word"
    data = build_cinema(rows)
    training = [text for example in WHOLE.examples(data, Split.TRAIN) for text in read(example)]
    assert len(training) == 89
    assert not [text for text in training if "opied" in text]
    assert ["copied word for word"] in [read(example) for example in WHOLE.examples(data, Split.TEST)]


def test_changing_held_out_titles_changes_no_input(build_cinema: Build, cinema_table: Rows) -> None:
    changed = [[*row[:TITLE], f"Secret {row[2]}"] if int(str(row[2])) > 8 else row for row in cinema_table]
    before, after = build_cinema(cinema_table), build_cinema(changed)
    assert list(Summary().examples(before, Split.TRAIN)) == list(Summary().examples(after, Split.TRAIN))
    for split in (Split.VALIDATION, Split.TEST):
        pairs = list(zip(WHOLE.examples(before, split), WHOLE.examples(after, split), strict=True))
        assert pairs
        for one, other in pairs:
            assert one.context == other.context
            assert written(other).startswith("Secret")


PEELER = ["Peels well.", "Sharp, so sharp!", "It cuts my fingers."]
OPINIONS = (
    ("B1", PEELER, "A sharp peeler.", "train"),
    ("B1", PEELER, "It peels well but cuts.", "train"),
    ("B2", ["Loud."], "It is loud.", "train"),
    ("B3", ["Too tight."], "Tight.", "validation"),
    ("B2", ["Loud."], "A loud one.", "validation"),
)


def test_several_reviews_are_summed_up_by_several_people() -> None:
    data = opinions(*OPINIONS[:2], OPINIONS[3])
    first, second = WHOLE.examples(data, Split.TRAIN)
    assert [written(first), written(second)] == ["A sharp peeler.", "It peels well but cuts."]
    assert first.context[:2] == (History(()), Text("Summary of:", "user", priority=1))
    assert {*read(first)} == {*read(second)} == {*PEELER}
    assert (first.user, second.user) == (0, 0), "results of one product are one cluster"
    (test,) = WHOLE.examples(data, Split.TEST)
    assert as_text(test, data.catalog) == "history: none\n\nuser: Summary of: Too tight.\n---\nwords: Tight.\n"


def test_the_order_of_reviews_is_drawn_in_training_alone() -> None:
    data = opinions(OPINIONS[0], ("B4", ["A.", "B.", "C."], "A peeler.", "test"))
    orders = [read(example) for epoch in range(9) for example in WHOLE.examples(data, Split.TRAIN, epoch)]
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(PEELER))}
    assert len(set(map(tuple, orders))) > 1
    assert [read(example) for example in WHOLE.examples(data, Split.TEST)] == [["A.", "B.", "C."]]


def test_reviews_have_equal_shares_of_the_words_that_are_read() -> None:
    data = opinions(OPINIONS[2], ("B1", PEELER, "A sharp peeler.", "test"))
    (short,) = Summary(max_words=7).examples(data, Split.TEST)
    assert read(short) == ["Peels well.", "Sharp, so", "It cuts"]
    (least,) = Summary(max_words=1).examples(data, Split.TEST)
    assert read(least) == ["Peels", "Sharp,", "It"]


def test_a_product_is_in_one_split_with_all_its_summaries() -> None:
    """B2 is published to train on by one corpus and to validate on by another; there is no published test."""
    data = opinions(*OPINIONS)
    assert {written(example) for example in WHOLE.examples(data, Split.TEST)} == {"Tight.", "A loud one."}
    assert {written(example) for example in WHOLE.examples(data, Split.TRAIN)} == {
        "A sharp peeler.",
        "It peels well but cuts.",
    }


def test_products_that_share_a_held_out_review_are_not_trained_on() -> None:
    data = opinions(OPINIONS[0], OPINIONS[2], ("B4", ["sharp, SO sharp!"], "Sharp.", "validation"))
    assert [written(example) for example in WHOLE.examples(data, Split.TRAIN)] == ["It is loud."]


def test_a_text_is_summed_up_in_its_headline(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    task = Summary(source="news", dropped_words=0.0)
    data = build_cinema(cinema_table, with_texts(cinema_items))
    found = {split: list(task.examples(data, split)) for split in Split}
    assert [len(examples) for examples in found.values()] == [18, 1, 1]
    (test,) = found[Split.TEST]
    assert as_text(test, data.catalog) == (
        "history: none\nIt is about 13. It ends well.\nuser: Its headline?\n---\nwords: Unforgiven (1992)\n"
    )
    assert test.user is None


def test_training_reads_no_text_that_another_task_holds_back(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    data, task = build_cinema(cinema_table, with_texts(cinema_items)), Summary(source="news", dropped_words=0.0)
    before, after = (list(task.examples(it, Split.TRAIN)) for it in (data, data.hiding_texts([0])))
    about = [["about 0." in text for example in found for text in read(example)] for found in (before, after)]
    assert sum(about[0]) == 1 and not any(about[1])
    assert len(after) == len(before) - 1


def test_held_out_headlines_are_hidden_from_all_else(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    data = build_cinema(cinema_table, with_texts(cinema_items))
    task = Summary(source="news")
    hidden = task.withhold(data)
    assert [row for row, item in enumerate(hidden.catalog) if not item.title] == [UNFORGIVEN, WIZARD_OF_OZ]
    assert hidden.answers == data.catalog
    assert not [text for text in tokenizer_texts(hidden, [task]) if "Unforgiven" in text or "Wizard" in text]
    for split in Split:
        assert list(task.examples(hidden, split)) == list(task.examples(data, split))
    assert Summary(source="reviews").withhold(data) is data, "whose titles are of reviews, not of items"


def test_the_first_of_opinions_reviews_and_news_is_summed_up(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    silent = [[*row[:TITLE], None] for row in cinema_table]
    everything = build_cinema(cinema_table, with_texts(cinema_items))
    rows = [("f0", ["Nice."], "A nice film.", "test"), ("f1", ["Bad."], "A bad film.", "train")]
    summaries = pl.DataFrame(rows, schema=pl.Schema(SUMMARY_COLUMNS), orient="row")
    for data, expected in (
        (replace(everything, summaries=summaries), "Summary of:"),
        (everything, "Its title?"),
        (build_cinema(silent, with_texts(cinema_items)), "Its headline?"),
    ):
        first, *_ = Summary().examples(data, Split.TEST)
        assert [part.text for part in first.context if isinstance(part, Text) and part.speaker] == [expected]


def test_words_are_dropped_in_training_alone(cinema: Dataset) -> None:
    task = Summary(dropped_words=0.5)
    for split, may_drop in ((Split.TRAIN, True), (Split.VALIDATION, False), (Split.TEST, False)):
        lengths = {len(read(example)[0].split()) for example in task.examples(cinema, split)}
        assert (min(lengths) < 5) == may_drop


def test_training_alone_learns_the_texts_themselves(cinema: Dataset) -> None:
    for split in Split:
        for task, teaches in ((Summary(), split is Split.TRAIN), (Summary(teaches_read=False), False)):
            targets = [example.target for example in task.examples(cinema, split)]
            assert targets
            assert all(isinstance(target, Words) and target.teaches_read == teaches for target in targets)


def test_without_anything_summed_up(
    build_cinema: Build, cinema_table: Rows, cinema_items: tuple[CatalogItem, ...]
) -> None:
    bare = tuple(replace(item, text="") for item in cinema_items)
    data = build_cinema([[*row[:TITLE], None] for row in cinema_table], bare)
    with pytest.raises(DataError) as refusal:
        next(Summary().examples(data, Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: task 'summary' needs summaries.parquet, or columns 'review' and 'review_title' of "
        "interactions.parquet, or columns 'text' and 'title' of items.parquet; found nothing there. Remove "
        "[tasks.summary] from the recipe."
    )
    with pytest.raises(DataError) as refusal:
        Summary(source="opinions").withhold(data)
    assert str(refusal.value) == (
        "cinema: task 'summary' needs summaries.parquet; found nothing there. Set another tasks.summary.source, or "
        "remove [tasks.summary] from the recipe."
    )


def test_a_share_of_dropped_words() -> None:
    with pytest.raises(RecipeError) as refusal:
        Summary(dropped_words=1.0)
    assert str(refusal.value) == "dropped_words must lie between 0 and below 1, found 1.0."
