from collections.abc import Callable
from dataclasses import replace

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.model.content import item_text
from tastemaker.tasks.description import Description
from tastemaker.tasks.example import History, Text, Words

Rows = list[list[object]]
Items = tuple[CatalogItem, ...]
Build = Callable[..., Dataset]
WHOLE = Description(dropped_words=0.0)
UNFORGIVEN, WIZARD_OF_OZ = 13, 16
"""The films that the hash of their ids holds out, for test and validation."""


def told(data: Dataset, split: Split, task: Description = WHOLE) -> dict[int | None, str]:
    """Texts by the row of the item that they are about."""
    targets = [example.target for example in task.examples(data, split)]
    assert all(isinstance(target, Words) for target in targets)
    return {target.about: target.text for target in targets if isinstance(target, Words)}


def with_texts(build: Build, table: Rows, items: Items, texts: dict[int, str]) -> Dataset:
    return build(table, tuple(replace(item, text=texts.get(row, item.text)) for row, item in enumerate(items)))


def test_title_and_attributes_are_read_and_the_text_is_written(cinema: Dataset) -> None:
    first, *_ = WHOLE.examples(cinema, Split.TRAIN)
    assert first.context == (
        History(()),
        Text("Toy Story. year: 1995; decade: 1990s; genre: Animation, Children's, Comedy"),
    )
    assert first.target == Words("The whole story of Toy Story. It is told at length.", about=0)
    assert first.user is None


def test_held_out_are_those_of_the_hash(cinema: Dataset) -> None:
    assert told(cinema, Split.TEST) == {UNFORGIVEN: "The whole story of Unforgiven. It is told at length."}
    assert [*told(cinema, Split.VALIDATION)] == [WIZARD_OF_OZ]
    assert len(told(cinema, Split.TRAIN)) == 18


def test_only_first_sentences_are_written(cinema: Dataset) -> None:
    assert told(cinema, Split.TEST, Description(max_words=9))[UNFORGIVEN] == "The whole story of Unforgiven."
    assert told(cinema, Split.TEST, Description(max_words=3))[UNFORGIVEN] == "The whole story"


def test_items_without_a_text_are_no_example(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    data = with_texts(build_cinema, cinema_table, cinema_items, {0: " ", 1: "Too short, this", 2: "这是一部电影"})
    found = told(data, Split.TRAIN)
    assert not {0, 1} & {*found}
    assert found[2] == "这是一部电影"


def test_a_text_that_is_the_title_is_no_example(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    """Of Unforgiven, which is held out, training reads it, since nothing is asked of it."""
    copies = {6: "The  usual SUSPECTS", UNFORGIVEN: "Unforgiven"}
    task = Description(dropped_words=0.0, min_words=1)
    data = with_texts(build_cinema, cinema_table, cinema_items, copies)
    assert 6 not in told(data, Split.TRAIN, task)
    assert told(data, Split.TEST, task) == {}


def test_a_text_that_a_held_out_film_has_too_is_not_learnt(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    """Case, spaces, and what stands behind the first words make no other text."""
    copies = {
        0: "The  whole story of UNFORGIVEN. It is told at length.",
        1: "The whole story of Unforgiven. It goes on.",
    }
    data = with_texts(build_cinema, cinema_table, cinema_items, copies)
    assert {*told(data, Split.TRAIN)} == {*range(20)} - {0, UNFORGIVEN, WIZARD_OF_OZ}
    assert 1 not in told(data, Split.TRAIN, Description(dropped_words=0.0, max_words=5))
    assert [item.text for item in WHOLE.withhold(data).catalog][:2] == ["", copies[1]]
    assert {*told(data, Split.TEST)} == {UNFORGIVEN}, "they are asked for all the same"


def test_held_out_texts_are_hidden_from_all_else(cinema: Dataset) -> None:
    hidden = WHOLE.withhold(cinema)
    for row, (item, before) in enumerate(zip(hidden.catalog, cinema.catalog, strict=True)):
        is_hidden = row in (UNFORGIVEN, WIZARD_OF_OZ)
        assert item == (replace(before, text="") if is_hidden else before)
        assert ("at length" in item_text(item)) != is_hidden, "which content vectors are made from"
    assert hidden.answers == cinema.catalog
    for split in Split:
        assert list(WHOLE.examples(hidden, split)) == list(WHOLE.examples(cinema, split))


def test_without_texts(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    data = with_texts(build_cinema, cinema_table, cinema_items, dict.fromkeys(range(20), "One of many"))
    with pytest.raises(DataError) as refusal:
        list(WHOLE.examples(data, Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: task 'description' needs texts of 4 words and more in items.parquet, column 'text', found none. "
        "Remove [tasks.description] from the recipe, or prepare a data set that has some."
    )


def test_settings_out_of_range() -> None:
    with pytest.raises(RecipeError) as refusal:
        Description(dropped_words=1.0)
    assert str(refusal.value) == "dropped_words must lie between 0 and below 1, found 1.0."
    with pytest.raises(RecipeError) as refusal:
        Description(max_words=0)
    assert str(refusal.value) == "max_words must be at least 1, found 0."
    with pytest.raises(RecipeError) as refusal:
        Description(min_words=-1)
    assert str(refusal.value) == "min_words must be at least 1, found -1."
