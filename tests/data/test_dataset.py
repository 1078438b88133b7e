from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.schema import ACTIONS, INTERACTION_COLUMNS, SUMMARY_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.data.storage import DataSetInfo, write_dataset
from tastemaker.errors import DataError, RequestError

CATALOG = Catalog(tuple(CatalogItem(f"i{row}", f"Item {row}") for row in range(40)))
CONFIG = DataConfig(path="ml", test_items=2, validation_items=1)


TALK = dialogue_table([Dialogue("d", (Turn("user", "More like [[i2]]"), Turn("assistant", "[[i39]]")))])
SUMMARY = pl.DataFrame(
    [("i39", ["Loud.", "Too loud."], "It is loud.", None)], schema=pl.Schema(SUMMARY_COLUMNS), orient="row"
)


def interactions(*lengths: int) -> pl.DataFrame:
    """User `u0` has the items i0, i1, … at the times 0, 1, …, rated 1, 2, 3, 4, 5, 1, …; and so on."""
    rows = [
        (f"u{user}", f"i{place}", place, "rating", place % 5 + 1.0, None, None)
        for user, length in enumerate(lengths)
        for place in range(length)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


def items(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.item for entry in entries]


def test_histories_are_cut() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(6, 2), CONFIG)
    assert items(dataset.history(0)) == [0, 1, 2, 3, 4, 5]
    assert [items(dataset.held_out(0, split)) for split in Split] == [[0, 1, 2], [3], [4, 5]]
    assert [items(dataset.known_before(0, split)) for split in Split] == [[], [0, 1, 2], [0, 1, 2, 3]]
    assert [items(dataset.held_out(1, split)) for split in Split] == [[0, 1], [], []]
    assert dataset.train_counts.tolist()[:4] == [2, 2, 1, 0]


def test_entries_say_what_was_thought() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(6), CONFIG)
    assert dataset.history(0)[3] == Entry(item=3, action=ACTIONS.index("rating_4"), rating=4.0)
    assert [dataset.likes(entry) for entry in dataset.history(0)] == [False, False, False, True, True, False]
    assert dataset.has_ratings
    assert dataset.has_opinions


def test_equal_interactions_are_one_object() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(3, 3), CONFIG)
    (first, second, _), again = dataset.history(0), dataset.history(1)
    assert first is again[0]
    assert first != second


@pytest.mark.parametrize(
    ("event", "likes"), [("view", False), ("cart", True), ("buy", True), ("like", True), ("dislike", False)]
)
def test_plain_events_have_no_rating(event: str, likes: bool) -> None:
    table = interactions(2).with_columns(event=pl.lit(event), rating=pl.lit(None, pl.Float32))
    dataset = Dataset.from_tables(CATALOG, table, CONFIG)
    entry = dataset.history(0)[0]
    assert entry == Entry(0, ACTIONS.index(event), None)
    assert dataset.likes(entry) is likes
    assert not dataset.has_ratings


def test_load_equals_what_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "ml"
    table = interactions(6, 2)
    table = table.with_columns(review=pl.format("Fine {}", "timestamp"), review_title=pl.format("{}", "timestamp"))
    tables = {"items": CATALOG.to_table(), "interactions": table, "dialogues": TALK, "summaries": SUMMARY}
    write_dataset(folder, tables, DataSetInfo("toy", "a test", "none"), [])
    config = DataConfig(path=str(folder), test_items=2, validation_items=1)
    loaded = Dataset.load(config)
    built = Dataset.from_tables(CATALOG, table, config)
    assert loaded.catalog == built.catalog
    assert loaded.user_ids == ("u0", "u1")
    assert loaded.info is not None
    assert loaded.info.name == "toy"
    assert loaded.dialogues.equals(TALK)
    assert loaded.summaries.equals(SUMMARY)
    assert built.dialogues.is_empty()
    assert built.summaries.is_empty()
    for dataset in (loaded, built):
        assert dataset.reviews(0, Split.TEST) == ["Fine 4", "Fine 5"]
        assert dataset.review_titles(0, Split.TEST) == ["4", "5"]
    assert all(
        np.array_equal(getattr(loaded, name), getattr(built, name))
        for name in ("offsets", "items", "actions", "ratings", "timestamps")
    )


def test_an_item_without_row_in_the_catalog() -> None:
    catalog = Catalog(CATALOG.items[:4])
    with pytest.raises(
        DataError, match=r"^ml: interactions name 2 items without a row in items\.parquet, for example 'i4'"
    ):
        Dataset.from_tables(catalog, interactions(6), CONFIG)


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(DataError, match=r"^ml: interactions\.parquet, row 1: expected a user's rows oldest first"):
        Dataset.from_tables(CATALOG, interactions(3).reverse(), CONFIG)


def test_an_unknown_user() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(6, 2), CONFIG)
    assert dataset.user_row("u1") == 1
    with pytest.raises(
        RequestError, match=r"^user 'u9' is not among the 2 users of ml \(for example u0, u1\)\. .* pass --history"
    ):
        dataset.user_row("u9")


def test_training_interactions_are_marked() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(6, 2), CONFIG)
    assert dataset.is_training.tolist() == [True, True, True, False, False, False, True, True]


def test_a_mention_without_row_in_the_catalog() -> None:
    catalog = Catalog(CATALOG.items[:30])
    with pytest.raises(
        DataError, match=r"^ml: dialogues name 1 items without a row in items\.parquet, for example 'i39'"
    ):
        Dataset.from_tables(catalog, interactions(6), CONFIG, dialogues=TALK)


def test_a_summary_of_an_item_without_row_in_the_catalog() -> None:
    with pytest.raises(
        DataError, match=r"^ml: summaries name 1 items without a row in items\.parquet, for example 'i39'"
    ):
        Dataset.from_tables(Catalog(CATALOG.items[:30]), interactions(6), CONFIG, summaries=SUMMARY)


def test_a_data_set_of_summaries_alone_has_no_users() -> None:
    assert Dataset.from_tables(CATALOG, interactions(), CONFIG, summaries=SUMMARY).user_ids == ()


@pytest.mark.parametrize(
    ("review", "title", "has"), [("Fine", "Good", True), (" ", "Good", False), ("Fine", "", False)]
)
def test_a_title_counts_above_a_review_alone(review: str, title: str, has: bool) -> None:
    table = interactions(2).with_columns(review=pl.lit(review), review_title=pl.lit(title))
    assert Dataset.from_tables(CATALOG, table, CONFIG).has_review_titles is has


def test_hidden_titles_stay_among_the_answers() -> None:
    hidden = Dataset.from_tables(CATALOG, interactions(6), CONFIG).hiding_titles({1, 3})
    assert [item.title for item in hidden.catalog][:5] == ["Item 0", "", "Item 2", "", "Item 4"]
    assert hidden.answers == CATALOG
    assert hidden.hiding_titles({0}).answers == CATALOG


def test_a_data_set_of_nothing() -> None:
    with pytest.raises(
        DataError,
        match=r"^ml: expected interactions, dialogues or summaries, found none\. Prepare the data set again\.$",
    ):
        Dataset.from_tables(CATALOG, interactions(), CONFIG)


@pytest.mark.parametrize("split", ["leave_last_out", "split_by_time"])
def test_a_data_set_of_dialogues_alone_has_no_users(split: Literal["leave_last_out", "split_by_time"]) -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(), DataConfig(path="talk", split=split), dialogues=TALK)
    assert dataset.user_ids == ()
    assert dataset.train_counts.tolist() == [0] * 40
    assert not dataset.has_ratings
    assert not dataset.has_reviews
    assert not dataset.has_opinions


def test_what_is_hidden_is_still_among_the_answers() -> None:
    items = tuple(
        CatalogItem(f"i{row}", "", f"Tale {row}", {"genre": ("Comedy",), "mood": ("odd",)}) for row in range(6)
    )
    whole = Dataset.from_tables(Catalog(items), interactions(6), CONFIG)
    assert whole.answers is whole.catalog
    hidden = whole.hiding("genre", {1, 2}).hiding("mood", {2, 3})
    assert [item.values("genre") == () for item in hidden.catalog] == [False, True, True, False, False, False]
    assert [item.values("mood") == () for item in hidden.catalog] == [False, False, True, True, False, False]
    assert hidden.answers == whole.catalog
    assert hidden.history(0) == whole.history(0)
    untold = hidden.hiding_texts({3})
    assert [item.text for item in untold.catalog] == ["Tale 0", "Tale 1", "Tale 2", "", "Tale 4", "Tale 5"]
    assert untold.catalog[2] == hidden.catalog[2]
    assert untold.answers == whole.catalog
