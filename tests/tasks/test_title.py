from collections.abc import Callable
from dataclasses import replace

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.model.content import item_text
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import History, Text, Words
from tastemaker.tasks.title import Title
from tastemaker.tasks.withholding import training_view

Rows = list[list[object]]
Items = tuple[CatalogItem, ...]
Build = Callable[..., Dataset]
WHOLE = Title(dropped_words=0.0)
UNFORGIVEN, WIZARD_OF_OZ = 13, 16
"""The films that the hash of their ids holds out, for test and validation."""


def told(data: Dataset, split: Split, task: Title = WHOLE) -> dict[int | None, str]:
    """Titles by the row of the item."""
    targets = [example.target for example in task.examples(data, split)]
    assert all(isinstance(target, Words) for target in targets)
    return {target.about: target.text for target in targets if isinstance(target, Words)}


def test_attributes_and_text_are_read_and_the_title_is_written(cinema: Dataset) -> None:
    first, *_ = WHOLE.examples(cinema, Split.TRAIN)
    facts = "year: 1995; decade: 1990s; genre: Animation, Children's, Comedy"
    assert first.context == (
        History(()),
        Text("What is this called?", "user", priority=1),
        Text(f" {facts}. The whole story of Toy Story. It is told at length."),
    )
    assert first.target == Words("Toy Story", about=0)
    assert first.user is None


def test_held_out_are_those_of_the_hash(cinema: Dataset) -> None:
    assert told(cinema, Split.TEST) == {UNFORGIVEN: "Unforgiven"}
    assert [*told(cinema, Split.VALIDATION)] == [WIZARD_OF_OZ]
    assert len(told(cinema, Split.TRAIN)) == 18


def test_a_held_out_title_is_in_no_input_of_training_and_read_when_judged(cinema: Dataset) -> None:
    view = training_view(cinema, [WHOLE, Category()])
    assert "Unforgiven" not in item_text(view.catalog[UNFORGIVEN]).replace("story of Unforgiven", "")
    assert view.catalog[0].title == cinema.catalog[0].title
    assert told(view, Split.TEST) == {UNFORGIVEN: "Unforgiven"}
    (judged,) = Category(dropped_words=0.0).examples(view, Split.TEST)
    assert isinstance(judged.context[1], Text)
    assert judged.context[1].text.startswith("Unforgiven")


def test_the_title_changes_no_input_of_its_own(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    other = replace(cinema_items[0], title="Another (1995)")
    renamed = build_cinema(cinema_table, (other, *cinema_items[1:]))
    before, after = (
        next(iter(WHOLE.examples(data, Split.TRAIN))) for data in (build_cinema(cinema_table, cinema_items), renamed)
    )
    assert before.context == after.context
    assert after.target == Words("Another", about=0)


def test_words_are_dropped_anew_in_every_epoch(cinema: Dataset) -> None:
    task = Title(dropped_words=0.5)
    first, again, later = ([it.context for it in task.examples(cinema, Split.TRAIN, epoch)] for epoch in (0, 0, 1))
    assert first == again
    assert first != later
    assert [*task.examples(cinema, Split.TEST, 0)] == [*WHOLE.examples(cinema, Split.TEST)]


def test_items_of_which_nothing_else_is_known(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    bare = tuple(replace(item, text="", attributes={}) for item in cinema_items)
    assert 0 not in told(build_cinema(cinema_table, (bare[0], *cinema_items[1:])), Split.TRAIN)
    with pytest.raises(DataError, match=r"task 'title' needs items with a title and attributes or a text in"):
        told(build_cinema(cinema_table, bare), Split.TRAIN)
