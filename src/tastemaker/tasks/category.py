"""Tell an item's genres or categories from its title and text, with the words that say so taken out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar, Final

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title
from tastemaker.data.vocabulary import UNKNOWN_VALUES
from tastemaker.errors import DataError
from tastemaker.tasks.answer_words import AnswerWords
from tastemaker.tasks.example import Example, History, LabelSet, Segment, Text
from tastemaker.tasks.given import Given
from tastemaker.tasks.item_split import held_out_rows, splits_of
from tastemaker.tasks.labels import counted
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.words import check_share, shortened, thinned

ATTRIBUTES: Final = ("genre", "category")
"""What is predicted where the recipe does not say: the first of these that an item has."""


@dataclass(frozen=True)
class Category(Stake):
    """Every item's values of one attribute; several may hold.

    Items are split by a hash of their id, whatever the users' split: eight tenths are training. The context is text
    alone. The item's vector stays out of it, since ids and content vectors are made from the answer, too. While this
    task is trained, the answers of held-out items are hidden from all others (`tasks/withholding.py`).
    """

    name: str = "category"
    weight: float = 1.0
    attribute: str | None = None
    """Name of the attribute; left out, `genre`, or `category` where no item has a genre."""
    min_items: int = 3
    """Training items that a value needs to be among the classes; of fewer there is nothing to learn."""
    max_words: int = 200
    """Words that are read, from the beginning."""
    dropped_words: float = 0.1
    """Share of the words left out in training, drawn anew in every epoch."""
    metrics: tuple[str, ...] = ("micro_f1", "macro_f1")
    writes: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropped_words", self.dropped_words)

    def label_set(self, dataset: Dataset) -> LabelSet:
        """The values that enough training items have, in alphabetical order."""
        name = self._attribute(dataset)
        holding = [set(_known(item, name)) for item, part in _parted(dataset.answers) if part is Split.TRAIN]
        counts = Counter(value for values in holding for value in values)
        classes = sorted(value for value, count in counts.items() if count >= self.min_items)
        if len(classes) < 2:
            raise DataError(
                f"{dataset.config.path}: task {self.name!r} needs at least 2 values of {name!r} that {self.min_items} "
                f"training items have, found {len(classes)} of {len(counts)}. Lower tasks.{self.name}.min_items, or "
                f"remove [tasks.{self.name}]."
            )
        kept = [values for values in holding if values & set(classes)]
        return counted(self.name, kept, classes, is_multi=True, left_out=len(counts) - len(classes))

    def withhold(self, dataset: Dataset) -> Dataset:
        """The data set whose `catalog` says nothing of this attribute where an item is held out."""
        return dataset.hiding(self._attribute(dataset), held_out_rows(dataset.answers))

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per item that has a class and words to tell it from."""
        labels, name = self.label_set(dataset), self._attribute(dataset)
        parted, answers = _parted(dataset.answers), _answers(dataset, name)
        read = dataset.catalog if split is Split.TRAIN else dataset.answers  # other tasks hide texts from training
        for (item, part), seen in zip(parted, read, strict=True):
            target = labels.target(_known(item, name))
            if part is not split or not any(target.values):
                continue
            words = answers.removed(self._words(seen, name))
            if split is Split.TRAIN:  # thinned out, "sci story fi" is an answer again
                random = Random(f"{self.name} {epoch} {item.item_id}")
                words = answers.removed(thinned(words, self.dropped_words, random))
            if words:
                yield Example(self.name, self._context(words), target)

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """An item, or the text of one; words that say what is asked are not read."""
        item, dataset = given.item_or_text(self.name), load()
        name = self._attribute(dataset)
        return self._context(_answers(dataset, name).removed(self._words(item, name)))

    def _context(self, words: str) -> tuple[Segment, ...]:
        return (History(()), Text(shortened(words, self.max_words)))

    def _words(self, item: CatalogItem, name: str) -> str:
        """Title, other attributes and text."""
        others = [f"{other}: {', '.join(values)}" for other, values in item.attributes.items() if other != name]
        title = printed_title(item) if item.title else ""
        return ". ".join(part for part in (title, "; ".join(others), item.text.strip()) if part)

    def _attribute(self, dataset: Dataset) -> str:
        """The attribute to be predicted.

        Raises:
            DataError: no item has it.
        """
        found = {name for item in dataset.answers for name in item.attributes}
        wanted = (self.attribute,) if self.attribute else ATTRIBUTES
        for name in wanted:
            if name in found:
                return name
        raise DataError(
            f"{dataset.config.path}: task {self.name!r} needs the attribute {' or '.join(map(repr, wanted))} in "
            f"items.parquet, column 'attributes', found {', '.join(map(repr, sorted(found))) or 'none'}. Set "
            f"tasks.{self.name}.attribute, or remove [tasks.{self.name}]."
        )


def _known(item: CatalogItem, name: str) -> tuple[str, ...]:
    return tuple(value for value in item.values(name) if value.casefold() not in UNKNOWN_VALUES)


def _answers(dataset: Dataset, name: str) -> AnswerWords:
    """The words of all values that training items have."""
    known = {it for item, part in _parted(dataset.answers) if part is Split.TRAIN for it in _known(item, name)}
    return AnswerWords.of(name, known)


def _parted(catalog: Catalog) -> list[tuple[CatalogItem, Split]]:
    return list(zip(catalog, splits_of(catalog), strict=True))
