from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.data.storage import DataSetInfo, write_dataset
from tastemaker.errors import RecipeError
from tastemaker.tasks.history import windows

ITEMS = 30
CATALOG = Catalog(tuple(CatalogItem(f"i{row}", f"Item {row}") for row in range(ITEMS)))
PLAIN = DataConfig(path="ml", test_items=2, validation_items=1)


def log(*lengths: int) -> pl.DataFrame:
    """User `u` has the items u, u + 1, u + 2, … (modulo 30) and says of each which interaction it is."""
    rows = [
        (f"u{user:02}", f"i{(user + place) % ITEMS}", place, "rating", place % 5 + 1.0, f"{user} {place}", f"T{place}")
        for user, length in enumerate(lengths)
        for place in range(length)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


TABLE = log(*[12] * 30, 2)
WHOLE = Dataset.from_tables(CATALOG, TABLE, PLAIN)


def held_out(**changes: float) -> Dataset:
    return Dataset.from_tables(CATALOG, TABLE, replace(PLAIN, **changes))  # type: ignore[arg-type]


def new_users(dataset: Dataset) -> list[int]:
    return np.flatnonzero(dataset.cuts.start > 0).tolist()


def test_nothing_is_held_out_unless_it_is_asked_for() -> None:
    assert WHOLE.log_rows is None
    assert not WHOLE.cuts.start.any()
    assert len(WHOLE.items) == 30 * 12 + 2
    assert WHOLE.is_training.sum() == 30 * 9 + 2


@pytest.mark.parametrize("changes", [{"new_users": 0.2}, {"new_items": 0.2}, {"train_share": 0.3}])
def test_draws_are_seeded_and_test_stays_as_it_is(changes: dict[str, float]) -> None:
    one, again, other = held_out(**changes), held_out(**changes), held_out(**changes, hold_out_seed=1)
    assert np.array_equal(one.items, again.items)
    assert np.array_equal(one.is_training, again.is_training)
    assert (one.items.tolist(), one.is_training.tolist()) != (other.items.tolist(), other.is_training.tolist())
    assert one.user_ids == WHOLE.user_ids
    for user in range(len(WHOLE.user_ids)):
        assert one.held_out(user, Split.TEST) == WHOLE.held_out(user, Split.TEST)
        assert one.reviews(user, Split.TEST) == WHOLE.reviews(user, Split.TEST)


def test_a_new_user_has_a_past_and_is_no_example_of_training_or_validation() -> None:
    """Of 30 users with a test interaction, a fifth; the user of 2 interactions, who trains whole, is never drawn."""
    dataset = held_out(new_users=0.2)
    assert len(new_users(dataset)) == 6
    assert 30 not in new_users(dataset)
    for user in range(31):
        is_new = user in new_users(dataset)
        for split in (Split.TRAIN, Split.VALIDATION):
            assert dataset.held_out(user, split) == (() if is_new else WHOLE.held_out(user, split))
            assert dataset.reviews(user, split) == ([] if is_new else WHOLE.reviews(user, split))
        assert dataset.known_before(user, Split.TEST) == WHOLE.known_before(user, Split.TEST)
        assert dataset.is_training[dataset.owners == user].any() != is_new
    assert {window.user for window in windows(dataset, Split.TRAIN, 50)}.isdisjoint(new_users(dataset))


def test_a_new_item_has_no_past_and_stays_to_be_found() -> None:
    dataset = held_out(new_items=0.2)
    new = np.flatnonzero((dataset.train_counts == 0) & (WHOLE.train_counts > 0)).tolist()
    assert len(new) == 6  # a fifth of 30
    for user in range(31):
        kept = tuple(entry for entry in WHOLE.held_out(user, Split.TRAIN) if entry.item not in new)
        assert dataset.held_out(user, Split.TRAIN) == dataset.known_before(user, Split.VALIDATION) == kept
        assert dataset.held_out(user, Split.VALIDATION) == WHOLE.held_out(user, Split.VALIDATION)
    assert any(entry.item in new for user in range(31) for entry in dataset.held_out(user, Split.VALIDATION))
    told = [int(review.split()[0]) for review in dataset.training_reviews["review"]]
    assert len(told) == dataset.is_training.sum()
    assert np.array_equal(
        dataset.items[dataset.training_reviews["row"]] - told,
        (dataset.items - dataset.owners)[dataset.training_reviews["row"]],
    )


def test_what_is_new_to_the_log_is_the_same_whatever_dialogues_say() -> None:
    said = " ".join(f"[[i{row}]]" for row in range(ITEMS))
    talk = dialogue_table([Dialogue("d", (Turn("user", f"Like {said}"), Turn("assistant", "Yes.")))])
    dataset = Dataset.from_tables(CATALOG, TABLE, replace(PLAIN, new_items=0.2), dialogues=talk)
    assert np.array_equal(dataset.train_counts, held_out(new_items=0.2).train_counts)
    assert dataset.dialogues.equals(talk)


def test_a_thinner_log_is_thin_wherever_it_is_read_and_a_part_of_a_thicker_one() -> None:
    thin, thicker = held_out(train_share=0.2), held_out(train_share=0.5)
    assert 30 < thin.is_training.sum() < 80 < 110 < thicker.is_training.sum() < 160  # of 272
    of_thin, of_thicker = (set(dataset.training_reviews["review"]) for dataset in (thin, thicker))
    assert of_thin < of_thicker < set(WHOLE.training_reviews["review"])
    for user in range(31):
        assert thin.known_before(user, Split.VALIDATION) == thin.held_out(user, Split.TRAIN)
        assert thin.held_out(user, Split.VALIDATION) == WHOLE.held_out(user, Split.VALIDATION)
        told = [review.split()[1] for review in thin.reviews(user, Split.TRAIN)]
        assert [int(place) % 5 + 1.0 for place in told] == [entry.rating for entry in thin.held_out(user, Split.TRAIN)]
        assert thin.review_titles(user, Split.TRAIN) == [f"T{place}" for place in told]


def test_all_at_once_and_from_disk(tmp_path: Path) -> None:
    write_dataset(tmp_path / "ml", {"items": CATALOG.to_table(), "interactions": TABLE}, DataSetInfo("t", "t", "-"), [])
    config = replace(PLAIN, path=str(tmp_path / "ml"), new_users=0.2, new_items=0.2, train_share=0.5)
    dataset, alone = Dataset.load(config), held_out(train_share=0.5)
    assert new_users(dataset) == new_users(held_out(new_users=0.2))
    fewer = held_out(new_items=0.2)
    both = set(alone.training_reviews["review"]) & set(fewer.training_reviews["review"])
    old = {review for review in both if int(review.split()[0]) not in new_users(dataset)}
    assert set(dataset.training_reviews["review"]) == old


@given(
    st.lists(st.integers(1, 14), min_size=1, max_size=8),
    st.sampled_from(["leave_last_out", "split_by_time"]),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.sampled_from([1.0, 0.5, 0.01]),
)
def test_parts_lie_in_order_and_together_are_what_is_left(
    lengths: list[int], split: str, users: float, items: float, share: float
) -> None:
    config = replace(PLAIN, split=split, new_users=users, new_items=items, train_share=share)  # type: ignore[arg-type]
    try:
        dataset = Dataset.from_tables(CATALOG, log(*lengths), config)
    except RecipeError:
        return
    for user in range(len(lengths)):
        parts = [dataset.held_out(user, split) for split in Split]
        before = dataset.history(user)[: dataset.cuts.start[user]]
        assert before + parts[0] + parts[1] + parts[2] == dataset.history(user)
        assert not before or not (parts[0] or parts[1])


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("new_users", 1.0, "at least 0 and less than 1"),
        ("new_items", -0.1, "at least 0 and less than 1"),
        ("train_share", 0.0, "more than 0 and at most 1"),
        ("train_share", 1.5, "more than 0 and at most 1"),
        ("hold_out_seed", -1, "at least 0"),
    ],
)
def test_shares_are_shares(key: str, value: float, wanted: str) -> None:
    with pytest.raises(RecipeError, match=rf"^data\.{key} must be {wanted}, found {value}\.$"):
        replace(PLAIN, **{key: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "what"), [("new_users", "30 users with a test interaction"), ("new_items", "30 items with an interaction")]
)
def test_a_share_of_nobody_is_an_error(key: str, what: str) -> None:
    with pytest.raises(
        RecipeError, match=rf"^data\.{key} = 0\.01 holds out none of {what}\. Raise it, or set it to 0\.$"
    ):
        held_out(**{key: 0.01})
