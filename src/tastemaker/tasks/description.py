"""Describe an item from its title and attributes: the plot of a film, what a product is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar, NamedTuple

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.example import Example, History, Segment, Text, Words
from tastemaker.tasks.given import Given
from tastemaker.tasks.item_split import splits_of
from tastemaker.tasks.sheet import sheet, shown_values, title_alone
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.words import check_share, count_words, first_sentences, plain, thinned


class _Told(NamedTuple):
    """An item with a text."""

    row: int
    item: CatalogItem
    text: str
    part: Split
    is_copy: bool
    """Whether it is a training item whose text is that of a held-out one."""


@dataclass(frozen=True)
class Description(Stake):
    """The first sentences of every item's text, but where that says no more than its title.

    Items are split by a hash of their id, whatever the users' split. The context is title and attributes as text; the
    item's vector stays out of it, since content vectors are made from the answer, too. While this task is trained, the
    texts of held-out items, and texts that begin like one of them, are hidden from all tasks (`tasks/withholding.py`).
    """

    name: str = "description"
    weight: float = 1.0
    min_words: int = 4
    """Shortest text; what is shorter says nothing, such as "n/a" or a row of signs."""
    max_words: int = 60
    """Most words that are written; sentences that would pass it are left out, and a first one that does is cut."""
    dropped_words: float = 0.1
    """Share of the words of title and attributes left out in training, drawn anew in every epoch."""
    metrics: tuple[str, ...] = ("rougeL", "rouge1", "rouge2", "bleu", "distinct2", "grounding", "facts_per_reason")
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropped_words", self.dropped_words)
        for name in ("min_words", "max_words"):
            if getattr(self, name) < 1:
                raise RecipeError(f"{name} must be at least 1, found {getattr(self, name)}.")

    def withhold(self, dataset: Dataset) -> Dataset:
        """The data set whose `catalog` has no text where an item is held out, or begins like one that is."""
        return dataset.hiding_texts({it.row for it in self._told(dataset) if it.is_copy or it.part is not Split.TRAIN})

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per item that has a text and something to tell it from."""
        for row, item, text, part, is_copy in self._told(dataset):
            if part is not split or is_copy:
                continue
            read = _read(item)
            if split is Split.TRAIN:
                read = thinned(read, self.dropped_words, Random(f"{self.name} {epoch} {item.item_id}"))
            if read:
                yield Example(self.name, _context(read), Words(text, about=row))

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """An item, whatever text it has."""
        return _context(_read(given.the_item(self.name)))

    def _told(self, dataset: Dataset) -> list[_Told]:
        """All items with a text.

        Raises:
            DataError: there is none.
        """
        texts = [first_sentences(item.text, self.max_words) for item in dataset.answers]
        parts = splits_of(dataset.answers)
        held_out = {plain(text) for text, part in zip(texts, parts, strict=True) if part is not Split.TRAIN}
        told = [
            _Told(row, item, text, part, part is Split.TRAIN and plain(text) in held_out)
            for row, (item, text, part) in enumerate(zip(dataset.answers, texts, parts, strict=True))
            if count_words(item.text) >= self.min_words and plain(text) != plain(title_alone(item))
        ]
        if not told:
            raise DataError(
                f"{dataset.config.path}: task {self.name!r} needs texts of {self.min_words} words and more in "
                f"items.parquet, column 'text', found none. Remove [tasks.{self.name}] from the recipe, or prepare a "
                "data set that has some."
            )
        return told


def _read(item: CatalogItem) -> str:
    return sheet(title_alone(item), shown_values(item))


def _context(read: str) -> tuple[Segment, ...]:
    return (History(()), Text(read))
