"""What every task must keep to, whatever it predicts."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks import TASKS
from tastemaker.tasks.corpus import texts_of, tokenizer_texts
from tastemaker.tasks.example import Example, History, Item, Label, NextItems, Recommended, Reply, Score, Words
from tastemaker.tasks.item_split import splits_of
from tastemaker.tasks.summary import Summary
from tastemaker.tasks.title import Title
from tastemaker.tasks.withholding import training_view

EVERY_TASK = pytest.mark.parametrize("name", sorted(TASKS))
EVERY_SPLIT = pytest.mark.parametrize("split", list(Split))

Rows = list[list[object]]
Build = Callable[..., Dataset]

USER, ITEM, RATING, REVIEW = 0, 1, 4, 5
LAST = 13
"""Place of each viewer's last interaction: 14 are seen, the last three are test."""


def items_of(example: Example) -> Iterator[int]:
    """Rows of all items that an example holds, inputs and targets."""
    for segment in example.context:
        if isinstance(segment, History):
            yield from (entry.item for entry in segment.entries)
        elif isinstance(segment, Item | Recommended):
            yield segment.item
    if isinstance(example.target, NextItems | Score):
        yield from example.target.items
    elif isinstance(example.target, Reply) and example.target.slot:
        yield example.target.slot.item


@EVERY_TASK
@EVERY_SPLIT
def test_examples_are_there_and_the_same_every_time(cinema: Dataset, name: str, split: Split) -> None:
    first = list(TASKS[name]().examples(cinema, split, 3))
    assert first
    assert first == list(TASKS[name]().examples(cinema, split, 3))
    assert {example.task for example in first} == {name}


@EVERY_TASK
@EVERY_SPLIT
def test_a_task_says_truly_whether_it_writes(cinema: Dataset, name: str, split: Split) -> None:
    targets = [example.target for example in TASKS[name]().examples(cinema, split)]
    assert {isinstance(target, Reply | Words) for target in targets} == {TASKS[name]().writes}


@EVERY_TASK
def test_training_is_drawn_anew_each_epoch_but_validation_and_test_never(cinema: Dataset, name: str) -> None:
    def drawn(split: Split, epoch: int) -> list[Example]:
        return list(TASKS[name]().examples(cinema, split, epoch))

    assert drawn(Split.TRAIN, 0) != drawn(Split.TRAIN, 1)
    assert drawn(Split.VALIDATION, 0) == drawn(Split.VALIDATION, 1)
    assert drawn(Split.TEST, 0) == drawn(Split.TEST, 1)


@EVERY_TASK
@EVERY_SPLIT
def test_history_stands_first_and_every_item_is_in_the_catalog(cinema: Dataset, name: str, split: Split) -> None:
    for example in TASKS[name]().examples(cinema, split):
        assert isinstance(example.context[0], History)
        assert not any(isinstance(segment, History) for segment in example.context[1:])
        assert all(0 <= item < len(cinema.catalog) for item in items_of(example))


@EVERY_TASK
def test_held_out_choices_are_not_in_the_training_examples_of_their_user(cinema: Dataset, name: str) -> None:
    for epoch in range(5):
        for example in TASKS[name]().examples(cinema, Split.TRAIN, epoch):
            if example.user is None:
                assert not set(items_of(example))
                continue
            held_out = {
                entry.item for split in (Split.VALIDATION, Split.TEST) for entry in cinema.held_out(example.user, split)
            }
            assert not held_out & set(items_of(example))


@EVERY_TASK
@EVERY_SPLIT
def test_the_history_ends_before_the_targets(cinema: Dataset, name: str, split: Split) -> None:
    for example in TASKS[name]().examples(cinema, split):
        history = example.context[0]
        assert isinstance(history, History)
        target = example.target
        if isinstance(target, Label | Words):
            assert history == History(()), "whoever they are of, labels and texts are told from words alone"
            continue
        assert example.user is not None
        if isinstance(target, Reply):
            last = example.context[-1]
            slot = target.slot or (last if isinstance(last, Recommended) else None)
            if slot:
                before = [entry.item for entry in cinema.history(example.user)]
                place = before.index(slot.item)
                assert all(before.index(entry.item) < place for entry in history.entries)
        else:
            assert all(
                item not in [entry.item for entry in history.entries[:position]]
                for position, item in zip(target.positions, target.items, strict=True)
            )


@EVERY_TASK
def test_changing_the_rating_of_a_target_changes_no_input(name: str, build_cinema: Build, cinema_table: Rows) -> None:
    """The last interaction of every viewer is a test target; a 4 becomes a 5 and the other way round."""
    changed = [[*row] for row in cinema_table]
    for row in changed:
        if row[2] == LAST:
            row[RATING] = {5.0: 4.0, 4.0: 5.0, 2.0: 1.0}[float(str(row[RATING]))]
    assert changed != cinema_table
    before, after = build_cinema(cinema_table), build_cinema(changed)
    for split in (Split.VALIDATION, Split.TEST):
        task = TASKS[name]()
        contexts = [[e.context for e in task.examples(data, split)] for data in (before, after)]
        assert contexts[0] == contexts[1]


@EVERY_TASK
def test_changing_target_items_changes_nothing_that_is_read_before_their_prediction(
    name: str, build_cinema: Build, cinema_table: Rows, cinema_items: tuple[CatalogItem, ...]
) -> None:
    """Every test interaction turns to a twin, an unseen item with the same facts.

    The words of a simulated dialogue are made for its target, so of them only this is asked: they never hold it.
    """
    twins = tuple(
        CatalogItem(f"twin of {item.item_id}", item.title.replace("(", "2 ("), attributes=item.attributes)
        for item in cinema_items
    )
    changed = [[*row] for row in cinema_table]
    for row in changed:
        if int(str(row[2])) > LAST - 3:
            row[ITEM] = f"twin of {row[ITEM]}"
    before = build_cinema(cinema_table, (*cinema_items, *twins))
    after = build_cinema(changed, (*cinema_items, *twins))
    pairs = list(
        zip(TASKS[name]().examples(before, Split.TEST), TASKS[name]().examples(after, Split.TEST), strict=True)
    )
    assert pairs
    for one, other in pairs:
        assert one.context[0] == other.context[0]
        for example in (one, other):
            assert not set(predicted(example)) & set(read(example))


@EVERY_TASK
def test_changing_held_out_reviews_changes_nothing_that_training_reads(
    name: str, build_cinema: Build, cinema_table: Rows
) -> None:
    changed = [
        [*row[:REVIEW], f"Secret {row[0]}", f"Secret {row[2]}"] if int(str(row[2])) > LAST - 5 else row
        for row in cinema_table
    ]
    before, after = build_cinema(cinema_table), build_cinema(changed)
    task = TASKS[name]()
    assert list(task.examples(before, Split.TRAIN)) == list(task.examples(after, Split.TRAIN))
    assert not [text for text in tokenizer_texts(after, [task]) if "Secret" in text]


@EVERY_TASK
def test_changing_held_out_answers_changes_nothing_that_is_read_beside_a_task_that_asks_for_them(
    name: str, build_cinema: Build, cinema_table: Rows, cinema_items: tuple[CatalogItem, ...]
) -> None:
    """Every film that `category` holds out becomes a comedy; none was one alone."""
    is_held_out = [split is not Split.TRAIN for split in splits_of(Catalog(cinema_items))]
    changed = tuple(
        replace(item, attributes={**item.attributes, "genre": ("Comedy",)}) if held else item
        for item, held in zip(cinema_items, is_held_out, strict=True)
    )
    assert sum(is_held_out) == 2
    category, task = TASKS["category"](), TASKS[name]()
    data = [build_cinema(cinema_table, items) for items in (cinema_items, changed)]
    one, other = (training_view(each, [task, category]) for each in data)
    for epoch in range(10):
        assert list(task.examples(one, Split.TRAIN, epoch)) == list(task.examples(other, Split.TRAIN, epoch))
    assert one.catalog == other.catalog, "whose items content vectors are made from"
    assert list(tokenizer_texts(one, [task, category])) == list(tokenizer_texts(other, [task, category]))
    for split in (Split.VALIDATION, Split.TEST):
        before, after = (list(category.examples(each, split)) for each in data)
        assert [list(texts_of(example)) for example in before] == [list(texts_of(example)) for example in after]
        assert [example.target for example in before] != [example.target for example in after]


@EVERY_TASK
@pytest.mark.parametrize("headlines", [Summary(source="news"), Title()], ids=["summary", "title"])
def test_changing_held_out_titles_changes_nothing_that_is_read_beside_a_task_that_asks_for_them(
    headlines: Summary | Title,
    name: str,
    build_cinema: Build,
    cinema_table: Rows,
    cinema_items: tuple[CatalogItem, ...],
) -> None:
    """Every film that `headlines` holds out gets another title."""
    items = tuple(replace(item, text=f"A story of film {row}.") for row, item in enumerate(cinema_items))
    is_held_out = [split is not Split.TRAIN for split in splits_of(Catalog(items))]
    changed = tuple(
        replace(item, title=f"Secret {row} (1999)") if held else item
        for row, (item, held) in enumerate(zip(items, is_held_out, strict=True))
    )
    assert sum(is_held_out) == 2
    task = TASKS[name]()
    data = [build_cinema(cinema_table, each) for each in (items, changed)]
    one, other = (training_view(each, [task, headlines]) for each in data)
    for epoch in range(10):
        assert list(task.examples(one, Split.TRAIN, epoch)) == list(task.examples(other, Split.TRAIN, epoch))
    assert one.catalog == other.catalog, "whose items content vectors are made from"
    assert not [text for text in tokenizer_texts(other, [task, headlines]) if "Secret" in text]
    for split in (Split.VALIDATION, Split.TEST):
        before, after = (list(headlines.examples(each, split)) for each in data)
        assert [example.context for example in before] == [example.context for example in after]
        assert [example.target for example in before] != [example.target for example in after]


@EVERY_TASK
def test_changing_held_out_texts_changes_nothing_that_is_read_beside_a_task_that_writes_them(
    name: str, build_cinema: Build, cinema_table: Rows, cinema_items: tuple[CatalogItem, ...]
) -> None:
    secret = tuple(
        item if split is Split.TRAIN else replace(item, text=f"Secret {item.item_id} is this film. It stays one.")
        for item, split in zip(cinema_items, splits_of(Catalog(cinema_items)), strict=True)
    )
    description, task = TASKS["description"](), TASKS[name]()
    data = [build_cinema(cinema_table, items) for items in (cinema_items, secret)]
    one, other = (training_view(each, [task, description]) for each in data)
    assert one.catalog == other.catalog, "whose items content vectors are made from"
    for epoch in range(3):
        assert list(task.examples(one, Split.TRAIN, epoch)) == list(task.examples(other, Split.TRAIN, epoch))
    assert not [text for text in tokenizer_texts(other, [task, description]) if "Secret" in text]
    for split in (Split.VALIDATION, Split.TEST):
        before, after = (list(description.examples(each, split)) for each in data)
        assert [example.context for example in before] == [example.context for example in after]
        assert [example.target for example in before] != [example.target for example in after]


def predicted(example: Example) -> list[int]:
    """Items of the target; an item to be explained is given, not predicted."""
    if isinstance(example.target, NextItems | Score):
        return list(example.target.items)
    return [example.target.slot.item] if isinstance(example.target, Reply) and example.target.slot else []


def read(example: Example) -> list[int]:
    """Items of the context."""
    return list(items_of(Example(example.task, example.context, Reply(""))))


@pytest.mark.parametrize("name", ["explanation", "dialogue"])
def test_a_catalog_without_titles_is_refused(name: str, build_cinema: Build, cinema_table: Rows) -> None:
    items = tuple(CatalogItem(f"f{row}", "") for row in range(20))
    with pytest.raises(DataError) as refusal:
        list(TASKS[name]().examples(build_cinema(cinema_table, items), Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: simulated explanations and dialogues need titles in items.parquet, column 'title', found none. "
        "Add titles, or remove [tasks.explanation] and [tasks.dialogue]."
    )


@pytest.mark.parametrize("name", sorted({*TASKS} - {"category", "question_answering"}))
def test_a_catalog_without_attributes_still_gives_examples(name: str, build_cinema: Build, cinema_table: Rows) -> None:
    items = tuple(CatalogItem(f"f{row}", f"The Grand Tour number {row}", f"A tour of {row} days.") for row in range(20))
    data = build_cinema(cinema_table, items)
    for split in Split:
        assert list(TASKS[name]().examples(data, split))


def test_the_registry_names_tasks_as_they_name_themselves() -> None:
    assert all(TASKS[name]().name == name for name in TASKS)
