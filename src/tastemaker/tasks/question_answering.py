"""Answer a question about an item from what its sheet says, or say that it is not known."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.attribute_questions import UNHEARD, ask
from tastemaker.tasks.example import REFUSAL, Example, History, Segment, Text, Words
from tastemaker.tasks.given import Given
from tastemaker.tasks.item_split import splits_of
from tastemaker.tasks.sheet import Shown, line_of, sheet_lines, shown_values, title_alone
from tastemaker.tasks.stake import Stake

_TOGETHER: Final = ("year", "decade")
"""Attributes of which one tells something of the other."""


@dataclass(frozen=True)
class QuestionAnswering(Stake):
    """A question for one attribute of an item; the answer is its values as the sheet prints them.

    Items are split by a hash of their id, whatever the users' split. The context is the item's title and attributes as
    text, then the question. The item's vector stays out of it, since ids and content vectors know what a sheet may
    hide. Questions of validation and test are worded as none of training is. Of those that cannot be answered, half ask
    for what the sheet hides though the catalog knows it, and half for what the item does not have.
    """

    name: str = "question_answering"
    weight: float = 1.0
    per_item: int = 2
    """Training questions an item and epoch; one in validation and test."""
    unknown_share: float = 0.3
    """Share of the questions that cannot be answered, beside those about items of which nothing is known."""
    metrics: tuple[str, ...] = ("exact_match", "token_f1", "made_up_rate", "refused_rate")
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.per_item < 1:
            raise RecipeError(f"per_item must be at least 1, found {self.per_item}.")
        if not 0 <= self.unknown_share <= 1:
            raise RecipeError(f"unknown_share must lie between 0 and 1, found {self.unknown_share}.")

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield questions about every item of a split, drawn anew in every epoch of training."""
        names = self._names(dataset)
        is_training = split is Split.TRAIN
        for item, part in zip(dataset.answers, splits_of(dataset.answers), strict=True):
            for number in range(self.per_item if is_training else 1) if part is split else ():
                random = Random(f"{self.name} {split} {epoch if is_training else 0} {item.item_id} {number}")
                yield self._example(item, names, split, random)

    def _example(self, item: CatalogItem, names: Collection[str], split: Split, random: Random) -> Example:
        title, known, chance = title_alone(item), shown_values(item), random.random()
        if not known or chance < self.unknown_share / 2:
            asked, answer = random.choice(_missing(known, names, split)), REFUSAL
        else:
            asked = random.choice(tuple(known))
            is_hidden = chance < self.unknown_share
            answer = REFUSAL if is_hidden else line_of(known[asked])
            known = _without(known, asked) if is_hidden else known
        context = _context(title, known, ask(asked, title, split, random))
        return Example(self.name, context, Words(answer, asks=asked))

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """An item and a question about it."""
        item, question = given.item_and_text(self.name)
        return _context(title_alone(item), shown_values(item), question)

    def _names(self, dataset: Dataset) -> tuple[str, ...]:
        """The attributes of the catalog.

        Raises:
            DataError: there is none.
        """
        names = sorted({name for item in dataset.answers for name in shown_values(item)})
        if not names:
            raise DataError(
                f"{dataset.config.path}: task {self.name!r} needs attributes in items.parquet, column 'attributes', "
                f"found none. Remove [tasks.{self.name}] from the recipe, or prepare a data set that has some."
            )
        return tuple(names)


def _context(title: str, known: Shown, question: str) -> tuple[Segment, ...]:
    return (History(()), Text(sheet_lines(title, known)), Text(question, "user", priority=1))


def _without(known: Shown, asked: str) -> Shown:
    """What is known but for what is asked and what tells of it."""
    hidden = _TOGETHER if asked in _TOGETHER else (asked,)
    return {name: values for name, values in known.items() if name not in hidden}


def _missing(known: Shown, names: Collection[str], split: Split) -> tuple[str, ...]:
    """What may be asked of an item that does not have it: attributes of others, and what no item has."""
    of_others = [name for name in names if name not in known and not (name in _TOGETHER and {*_TOGETHER} & {*known})]
    return (*of_others, *(name for name in UNHEARD.of(split) if name not in names))
