from collections.abc import Callable
from dataclasses import replace

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.attribute_questions import UNHEARD
from tastemaker.tasks.example import REFUSAL, Example, History, Text, Words
from tastemaker.tasks.question_answering import QuestionAnswering

Rows = list[list[object]]
Items = tuple[CatalogItem, ...]
Build = Callable[..., Dataset]
TITLES = ("Unforgiven", "The Wizard of Oz")
"""The films that the hash of their ids holds out, for test and validation."""


def parts(example: Example) -> tuple[str, str, Words]:
    """Sheet, question and target."""
    history, sheet, question = example.context
    assert history == History(())
    assert isinstance(sheet, Text) and isinstance(question, Text) and isinstance(example.target, Words)
    assert (sheet.speaker, question.speaker) == (None, "user")
    assert question.priority > sheet.priority, "a long sheet is cut, never the question"
    return sheet.text, question.text, example.target


def many(data: Dataset, task: QuestionAnswering, epochs: int = 100) -> list[tuple[str, str, Words]]:
    return [parts(example) for epoch in range(epochs) for example in task.examples(data, Split.TRAIN, epoch)]


def one_film(build: Build, table: Rows, items: Items, **attributes: tuple[str, ...]) -> Dataset:
    """All films have these attributes."""
    return build(table, tuple(replace(item, attributes=attributes) for item in items))


def test_answers_are_the_values_on_the_sheet(cinema: Dataset) -> None:
    found = many(cinema, QuestionAnswering(unknown_share=0.0), 10)
    sheets = {sheet for sheet, _, _ in found}
    assert "Pulp Fiction\n year: 1994\n decade: 1990s\n genre: Crime, Drama\n" in sheets
    of_fiction = {target.asks: target.text for sheet, _, target in found if sheet.startswith("Pulp Fiction")}
    assert of_fiction == {"year": "1994\n", "decade": "1990s\n", "genre": "Crime, Drama\n"}
    assert len(found) == 10 * 2 * 18, "two questions about each training film"


def test_held_out_films_are_asked_about_once(cinema: Dataset) -> None:
    for split, title in zip((Split.TEST, Split.VALIDATION), TITLES, strict=True):
        (example,) = QuestionAnswering().examples(cinema, split)
        assert parts(example)[0].startswith(title)
    assert not any(sheet.startswith(TITLES) for sheet, _, _ in many(cinema, QuestionAnswering(), 5))


def test_half_of_the_unknown_is_hidden_and_half_is_not_there(cinema: Dataset) -> None:
    """Of 3,600 questions three tenths are expected to be unknown, with a deviation of .008."""
    found = many(cinema, QuestionAnswering())
    unknown = [(sheet, target) for sheet, _, target in found if target.text == REFUSAL]
    assert len(found) == 3600
    assert len(unknown) / len(found) == pytest.approx(0.3, abs=0.03)
    unheard = [sheet for sheet, target in unknown if target.asks in UNHEARD.train]
    assert len(unheard) / len(unknown) == pytest.approx(0.5, abs=0.06)
    for sheet, target in unknown:
        assert f"{target.asks}: " not in sheet
        assert not (target.asks in ("year", "decade") and "19" in sheet), "one tells of the other"


def test_what_only_other_items_have_is_not_known(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    items = tuple(
        replace(item, attributes={**item.attributes, "director": ("Jane Doe",)}) if row % 2 else item
        for row, item in enumerate(cinema_items)
    )
    found = many(build_cinema(cinema_table, items), QuestionAnswering(unknown_share=1.0))
    lacking = [target.text for sheet, _, target in found if target.asks == "director" and "Pulp" not in sheet]
    assert lacking and set(lacking) == {REFUSAL}


def test_attributes_of_the_catalog_are_not_taken_for_unheard_of(
    build_cinema: Build, cinema_table: Rows, cinema_items: Items
) -> None:
    data = one_film(build_cinema, cinema_table, cinema_items, price=("9.99",), brand=("Acme",))
    found = many(data, QuestionAnswering(unknown_share=1.0), 20)
    assert not [sheet for sheet, _, target in found if target.asks == "price" and "price: " in sheet]
    assert "price" in {target.asks for _, _, target in found}, "asked for where the sheet hides it"


def test_an_item_of_which_nothing_is_known(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    items = (replace(cinema_items[0], attributes={"genre": ("unknown",)}), *cinema_items[1:])
    found = many(build_cinema(cinema_table, items), QuestionAnswering(unknown_share=0.0), 5)
    assert {target.text for sheet, _, target in found if sheet == "Toy Story\n"} == {REFUSAL}
    untitled = tuple(replace(item, title="") for item in cinema_items)
    assert all(sheet.startswith("year: ") for sheet, _, _ in many(build_cinema(cinema_table, untitled), NO_UNKNOWN, 2))


NO_UNKNOWN = QuestionAnswering(unknown_share=0.0)


def test_changing_an_answer_changes_no_question(build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    """Of a refused question nothing changes; of others the sheet, from which the answer is copied."""
    changed = tuple(replace(item, attributes={**item.attributes, "genre": ("Jazz",)}) for item in cinema_items)
    pairs = list(
        zip(
            many(build_cinema(cinema_table, cinema_items), QuestionAnswering(), 20),
            many(build_cinema(cinema_table, changed), QuestionAnswering(), 20),
            strict=True,
        )
    )
    of_genre = [(one, other) for one, other in pairs if one[2].asks == "genre"]
    assert {other[2].text for _, other in of_genre} == {"Jazz\n", REFUSAL}
    for one, other in of_genre:
        assert one[1] == other[1]
        assert one[2].text != REFUSAL or (one == other and "Jazz" not in other[0])
        assert other[2].text == REFUSAL or f"genre: {other[2].text}" in other[0]


@pytest.mark.parametrize("name", ["year", "mood"])
def test_without_attributes(name: str, build_cinema: Build, cinema_table: Rows, cinema_items: Items) -> None:
    bare = one_film(build_cinema, cinema_table, cinema_items, **{name: ("n/a",)})
    with pytest.raises(DataError) as refusal:
        list(QuestionAnswering().examples(bare, Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: task 'question_answering' needs attributes in items.parquet, column 'attributes', found none. "
        "Remove [tasks.question_answering] from the recipe, or prepare a data set that has some."
    )


def test_settings_out_of_range() -> None:
    with pytest.raises(RecipeError) as refusal:
        QuestionAnswering(per_item=0)
    assert str(refusal.value) == "per_item must be at least 1, found 0."
    with pytest.raises(RecipeError) as refusal:
        QuestionAnswering(unknown_share=1.5)
    assert str(refusal.value) == "unknown_share must lie between 0 and 1, found 1.5."
