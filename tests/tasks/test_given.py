"""What a person may ask a task for, and that it is read as the task's own examples are."""

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import RequestError
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, Text
from tastemaker.tasks.given import Askable, Given
from tastemaker.tasks.item_split import splits_of

ASKED = ("category", "description", "question_answering", "sentiment", "summary", "title")
ITEM, WORDS = CatalogItem("f1", "Heat"), "Who directed it?"


def given_of(name: str, example: Example, dataset: Dataset, place: int) -> Given:
    """What somebody would have given to ask for an example, the `place`th of its split."""
    texts = [segment.text for segment in example.context if isinstance(segment, Text)]
    test = [item for item, part in zip(dataset.answers, splits_of(dataset.answers), strict=True) if part is Split.TEST]
    if name == "summary":
        return Given.of(None, texts[:-1])
    if name == "sentiment":
        return Given.of(None, texts)
    return Given.of(test[place], texts[1:] if name == "question_answering" else [])


def test_who_can_be_asked() -> None:
    assert sorted(name for name, task in TASKS.items() if isinstance(task(), Askable)) == list(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_request_is_read_as_an_example_of_test(cinema: Dataset, name: str) -> None:
    task = TASKS[name](**({"unknown_share": 0.0} if name == "question_answering" else {}))
    assert isinstance(task, Askable)
    examples = list(task.examples(cinema, Split.TEST))
    assert examples
    for place, example in enumerate(examples):
        assert task.asked(given_of(name, example, cinema, place), lambda: cinema) == example.context


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("description", Given(), "expected an item and no text, found no texts."),
        ("description", Given(ITEM, (WORDS,)), "expected an item and no text, found an item and 1 text."),
        ("sentiment", Given(None, (WORDS, WORDS)), "expected one text and no item, found 2 texts."),
        ("summary", Given(ITEM), "expected one or more texts and no item, found an item and no texts."),
        ("title", Given(ITEM, (WORDS,)), "expected an item or one text, found an item and 1 text."),
        ("category", Given(), "expected an item or one text, found no texts."),
        ("question_answering", Given(ITEM), "expected an item, and one text that asks something of it, found an item"),
        ("question_answering", Given(None, (WORDS,)), "one text that asks something of it, found 1 text."),
    ],
)
def test_what_a_task_does_not_read(cinema: Dataset, name: str, given: Given, complaint: str) -> None:
    task = TASKS[name]()
    assert isinstance(task, Askable)
    with pytest.raises(RequestError) as caught:
        task.asked(given, lambda: cinema)
    assert str(caught.value).startswith(f"{name}: ")
    assert complaint in str(caught.value)


def test_blank_texts_are_none() -> None:
    assert Given.of(None, [" ", "a b ", ""]).texts == ("a b",)


def test_the_text_of_an_item_that_no_catalog_has(cinema: Dataset) -> None:
    task = TASKS["category"]()
    assert isinstance(task, Askable)
    *_, read = task.asked(Given.of(None, ["A thriller about two trains"]), lambda: cinema)
    assert read == Text("A about two trains")
