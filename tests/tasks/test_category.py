from collections.abc import Callable
from dataclasses import replace

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import Example, History, Label, Text

Rows = list[list[object]]
Items = tuple[CatalogItem, ...]
Build = Callable[..., Dataset]
WHOLE = Category(dropped_words=0.0)
TOLD = "It is told at length."
UNFORGIVEN, WIZARD_OF_OZ = 13, 16
"""The films that the hash of their ids holds out, for test and validation."""


def told(example: Example) -> list[str]:
    """The classes that hold."""
    assert isinstance(example.target, Label)
    return [name for name, value in zip(example.target.labels.classes, example.target.values, strict=True) if value]


def words(example: Example) -> str:
    _, text = example.context
    assert isinstance(text, Text)
    return text.text


def test_classes_are_what_three_training_films_are(cinema: Dataset) -> None:
    """Of six dramas two are held out, Unforgiven and The Wizard of Oz; of the three musicals one is, so two stay."""
    labels = Category().label_set(cinema)
    expected = {"Action": 5, "Children's": 3, "Comedy": 5, "Crime": 3, "Drama": 4, "Horror": 4, "Romance": 6}
    expected |= {"Thriller": 6}
    assert labels.classes == tuple(expected)
    assert labels.is_multi
    assert labels.left_out == 8, "Adventure, Animation, Documentary, Film-Noir, Musical, Mystery, Sci-Fi and War"
    assert labels.shares == pytest.approx([count / 17 for count in expected.values()]), "Hoop Dreams is none of these"
    everything = Category(min_items=1).label_set(cinema)
    assert "Western" not in everything.classes, "no training film is a western"
    assert everything.left_out == 0


def test_title_other_attributes_and_text_are_read(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    items = [*cinema_items]
    items[0] = replace(items[0], text="Toys come alive: a comedy for children.")
    first, *_ = WHOLE.examples(build_cinema(cinema_table, tuple(items)), Split.TRAIN)
    assert first.context == (
        History(()),
        Text("Toy Story (1995). year: 1995; decade: 1990s. Toys come alive: a for ."),
    )
    assert (told(first), first.user) == (["Children's", "Comedy"], None)
    short, *_ = Category(dropped_words=0.0, max_words=2).examples(build_cinema(cinema_table, tuple(items)), Split.TRAIN)
    assert words(short) == "Toy Story"


def test_held_out_are_those_of_the_hash(cinema: Dataset) -> None:
    found = {split: [(words(example), told(example)) for example in WHOLE.examples(cinema, split)] for split in Split}
    assert found[Split.TEST] == [
        (f"Unforgiven (1992). year: 1992; decade: 1990s. The whole story of Unforgiven. {TOLD}", ["Drama"])
    ]
    assert found[Split.VALIDATION] == [
        (
            f"The Wizard of Oz (1939). year: 1939; decade: 1930s. The whole story of The Wizard of Oz. {TOLD}",
            ["Children's", "Drama"],
        ),
    ]
    assert len(found[Split.TRAIN]) == 17


def test_no_word_of_a_label_is_left_whatever_is_dropped(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    text = "A sci war fi comedy, science-fiction, romantic dramas for Children’s film noir"
    data = build_cinema(cinema_table, tuple(replace(item, text=text) for item in cinema_items))
    for split in Split:
        for epoch in range(20):
            for example in Category(dropped_words=0.4).examples(data, split, epoch):
                left = words(example).casefold()
                assert not [form for form in ("sci", "war", "comedy", "roman", "drama", "hild", "noir") if form in left]


def test_what_training_does_not_know_is_not_taken_out(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    """Western is a genre of a test film alone: which words go must not depend on it."""
    items = [*cinema_items]
    items[0] = replace(items[0], text="A western.")
    first, *_ = WHOLE.examples(build_cinema(cinema_table, tuple(items)), Split.TRAIN)
    assert words(first).endswith("A western.")


def test_a_twin_of_a_held_out_film_is_held_out(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    items = [*cinema_items]
    items[0] = replace(items[0], title="UNFORGIVEN (1992)")
    data = build_cinema(cinema_table, tuple(items))
    assert len(list(WHOLE.examples(data, Split.TEST))) == 2
    assert len(list(WHOLE.examples(data, Split.TRAIN))) == 16
    assert not WHOLE.withhold(data).catalog[0].values("genre")


def test_held_out_answers_are_hidden_from_all_else(cinema: Dataset) -> None:
    hidden = Category().withhold(cinema)
    for row, (item, before) in enumerate(zip(hidden.catalog, cinema.catalog, strict=True)):
        is_hidden = row in (UNFORGIVEN, WIZARD_OF_OZ)
        assert item.values("genre") == (() if is_hidden else before.values("genre"))
        assert item.values("year") == before.values("year")
    assert hidden.answers == cinema.catalog
    for split in Split:
        assert list(WHOLE.examples(hidden, split)) == list(WHOLE.examples(cinema, split))
    assert Category().label_set(hidden) == Category().label_set(cinema)


def test_a_category_stands_for_a_genre_that_no_item_has(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    renamed = tuple(replace(item, attributes={"category": item.values("genre")}) for item in cinema_items)
    assert Category().label_set(build_cinema(cinema_table, renamed)).classes[0] == "Action"


def test_another_attribute(cinema: Dataset) -> None:
    assert Category(attribute="decade").label_set(cinema).classes == ("1970s", "1990s")


def test_an_item_of_unknown_genre_is_no_example(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    items = [*cinema_items]
    items[0] = replace(items[0], attributes={"genre": ("unknown",)})
    data = build_cinema(cinema_table, tuple(items))
    assert len(list(WHOLE.examples(data, Split.TRAIN))) == 16
    assert "unknown" not in Category(min_items=1).label_set(data).classes


def test_without_the_attribute(build_cinema: Build, cinema_table: Rows, cinema_items: Items, cinema: Dataset) -> None:
    bare = build_cinema(cinema_table, tuple(replace(item, attributes={}) for item in cinema_items))
    with pytest.raises(DataError) as refusal:
        Category().label_set(bare)
    assert str(refusal.value) == (
        "cinema: task 'category' needs the attribute 'genre' or 'category' in items.parquet, column 'attributes', "
        "found none. Set tasks.category.attribute, or remove [tasks.category]."
    )
    with pytest.raises(DataError) as refusal:
        list(Category(attribute="mood").examples(cinema, Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: task 'category' needs the attribute 'mood' in items.parquet, column 'attributes', "
        "found 'decade', 'genre', 'year'. Set tasks.category.attribute, or remove [tasks.category]."
    )


def test_too_few_classes(cinema: Dataset) -> None:
    with pytest.raises(DataError) as refusal:
        Category(min_items=7).label_set(cinema)
    assert str(refusal.value) == (
        "cinema: task 'category' needs at least 2 values of 'genre' that 7 training items have, found 0 of 16. "
        "Lower tasks.category.min_items, or remove [tasks.category]."
    )


def test_a_share_of_dropped_words() -> None:
    with pytest.raises(RecipeError) as refusal:
        Category(dropped_words=-0.5)
    assert str(refusal.value) == "dropped_words must lie between 0 and below 1, found -0.5."
