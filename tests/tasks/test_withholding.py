from collections.abc import Iterator
from dataclasses import replace

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.category import Category
from tastemaker.tasks.corpus import texts_of
from tastemaker.tasks.description import Description
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Example, Recommended, Reply, Task
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.withholding import Withholding, training_view

UNFORGIVEN, WIZARD_OF_OZ = 13, 16


def cards(dataset: Dataset, task: Task) -> Iterator[Recommended]:
    """Every item with its card and evidence that a task shows in training."""
    for epoch in range(10):
        for example in task.examples(dataset, Split.TRAIN, epoch):
            yield from (segment for segment in example.context if isinstance(segment, Recommended))
            if isinstance(example.target, Reply) and example.target.slot:
                yield example.target.slot


def test_cards_and_evidence_of_held_out_items_do_not_say_the_answer(cinema: Dataset) -> None:
    view = training_view(cinema, [Dialogue(), Category()])
    for task in (Dialogue(), Explanation()):
        for dataset, is_told in ((cinema, True), (view, False)):
            shown = [slot for slot in cards(dataset, task) if slot.item == WIZARD_OF_OZ]
            assert shown
            said = " ".join(f"{it.card.text} {it.evidence.text if it.evidence else ''}" for it in shown)
            assert ("musical" in said) == is_told
            assert "The Wizard of Oz (1939)" in said


def test_no_text_of_training_names_what_held_out_films_alone_are(cinema: Dataset) -> None:
    def texts(dataset: Dataset) -> str:
        examples: Iterator[Example] = (
            e for task in (Dialogue(), Explanation()) for e in task.examples(dataset, Split.TRAIN)
        )
        return " ".join(text for example in examples for text in texts_of(example)).casefold()

    assert "western" in texts(cinema)
    assert "western" not in texts(training_view(cinema, [Category()]))


def test_without_such_a_task_nothing_is_hidden(cinema: Dataset) -> None:
    assert training_view(cinema, [Dialogue(), Explanation()]) is cinema
    assert isinstance(Category(), Withholding)
    assert not isinstance(Dialogue(), Withholding)


def test_a_task_alone_can_be_kept_from_what_others_are_judged_by(cinema: Dataset) -> None:
    alone = replace(cinema, config=replace(cinema.config, withhold_for=("next_item", "category", "description")))
    joint = training_view(cinema, [NextItem(), Category(), Description()])
    assert training_view(alone, [NextItem()]).catalog == joint.catalog != cinema.catalog
    assert training_view(alone, [Category(), NextItem()]).answers == cinema.catalog
