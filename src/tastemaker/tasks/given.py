"""What a person gives to a task that reads an item, or words: a description, a summary, an answer is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.errors import RequestError
from tastemaker.tasks.example import Segment


@dataclass(frozen=True)
class Given:
    """An item of the catalog, words, or both."""

    item: CatalogItem | None = None
    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: CatalogItem | None, texts: Sequence[str]) -> "Given":
        """What is given, without texts that are blank."""
        return cls(item, tuple(text.strip() for text in texts if text.strip()))

    def the_item(self, task: str) -> CatalogItem:
        """The item, and nothing else.

        Raises:
            RequestError: there is none, or there are words.
        """
        if self.item is None or self.texts:
            raise self._misses(task, "an item and no text")
        return self.item

    def the_text(self, task: str) -> str:
        """The one text, and nothing else.

        Raises:
            RequestError: there are none or several, or there is an item.
        """
        if self.item is not None or len(self.texts) != 1:
            raise self._misses(task, "one text and no item")
        return self.texts[0]

    def all_texts(self, task: str) -> tuple[str, ...]:
        """The texts, and nothing else.

        Raises:
            RequestError: there are none, or there is an item.
        """
        if self.item is not None or not self.texts:
            raise self._misses(task, "one or more texts and no item")
        return self.texts

    def item_or_text(self, task: str) -> CatalogItem:
        """The item, or one that has no more than the text.

        Raises:
            RequestError: there are neither, both, or several texts.
        """
        if (self.item is None) != (len(self.texts) == 1):
            raise self._misses(task, "an item or one text")
        return self.item or CatalogItem("", "", self.texts[0])

    def item_and_text(self, task: str) -> tuple[CatalogItem, str]:
        """The item, and what is asked of it.

        Raises:
            RequestError: either is missing, or there are several texts.
        """
        if self.item is None or len(self.texts) != 1:
            raise self._misses(task, "an item, and one text that asks something of it")
        return self.item, self.texts[0]

    def _misses(self, task: str, wanted: str) -> RequestError:
        found = [*(["an item"] if self.item else []), f"{len(self.texts) or 'no'} text{'s' * (len(self.texts) != 1)}"]
        return RequestError(f"{task}: expected {wanted}, found {' and '.join(found)}.")


@runtime_checkable
class Askable(Protocol):
    """A task that a person can ask for, apart from what is recommended."""

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """The context of a request, as training has it.

        Args:
            given: what is to be read.
            load: gives the data set of the training, for a task that has to look something up there.

        Raises:
            RequestError: the task reads something else.
        """
        ...
