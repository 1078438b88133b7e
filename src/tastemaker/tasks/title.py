"""Write an item's title from all else that is told of it: a product's name, or the keywords that stand for one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks.example import Example, History, Segment, Text, Words
from tastemaker.tasks.given import Given
from tastemaker.tasks.item_split import held_out_rows, splits_of
from tastemaker.tasks.sheet import sheet, shown_values, title_alone
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.words import check_share, shortened, thinned

INSTRUCTION: Final = "What is this called?"


@dataclass(frozen=True)
class Title(Stake):
    """Titles of items of which something else is known.

    Items are split by a hash of their id, whatever the users' split. The context is an instruction, attributes and
    text; the item's vector stays out of it, since content vectors are made from the answer, too. While this task is
    trained, the titles of held-out items are hidden from all tasks (`tasks/withholding.py`).
    """

    name: str = "title"
    weight: float = 1.0
    max_words: int = 100
    """Words that are read, from the beginning."""
    dropped_words: float = 0.1
    """Share of the words left out in training, drawn anew in every epoch."""
    metrics: tuple[str, ...] = ("rougeL", "rouge1", "bleu1", "distinct2", "unique_ratio")
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropped_words", self.dropped_words)

    def withhold(self, dataset: Dataset) -> Dataset:
        """The data set whose `catalog` has no title where an item is held out."""
        return dataset.hiding_titles(held_out_rows(dataset.answers))

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per item that has a title and something to tell it from.

        Raises:
            DataError: there is no such item in the whole data set.
        """
        if not any(title_alone(item) and _read(item) for item in dataset.answers):
            raise DataError(
                f"{dataset.config.path}: task {self.name!r} needs items with a title and attributes or a text in "
                f"items.parquet, found none. Remove [tasks.{self.name}] from the recipe, or prepare a data set that "
                "has some."
            )
        seen = dataset.catalog if split is Split.TRAIN else dataset.answers  # other tasks hide answers from training
        for row, (item, part) in enumerate(zip(seen, splits_of(dataset.answers), strict=True)):
            if part is not split or not item.title:
                continue
            read = shortened(_read(item), self.max_words)
            if split is Split.TRAIN:
                read = thinned(read, self.dropped_words, Random(f"{self.name} {epoch} {item.item_id}"))
            if read:
                yield Example(self.name, _context(read), Words(title_alone(item), about=row))

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """An item, whatever title it has, or the text of one."""
        return _context(shortened(_read(given.item_or_text(self.name)), self.max_words))


def _read(item: CatalogItem) -> str:
    """Attributes and text."""
    return ". ".join(part for part in (sheet("", shown_values(item)), item.text.strip()) if part)


def _context(read: str) -> tuple[Segment, ...]:
    return (History(()), Text(INSTRUCTION, "user", priority=1), Text(f" {read}"))
