"""Facts as numbers, so that tensors can speak of them: every fact that some item of a catalog has, and its negation."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.facts import Fact, item_facts


@dataclass(frozen=True)
class FactNumbers:
    """Numbers the facts of a catalog in their sorted order, titles aside; their negations follow."""

    catalog: Catalog

    @cached_property
    def numbers(self) -> dict[Fact, int]:
        """The number of every fact, `("genre", "Horror")` and `("not genre", "Horror")` alike."""
        facts = sorted({fact for item in self.catalog for fact in _facts(item)})
        negated = [(f"not {name}", value) for name, value in facts]
        return {fact: number for number, fact in enumerate((*facts, *negated))}

    def holders(self, catalog: Catalog) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of a fact's number and the row of an item of `catalog` that has it, `[E]` each, in order.

        The catalog may know less of items than the one whose facts are numbered, and no more.
        """
        pairs = sorted((self.numbers[fact], row) for row, item in enumerate(catalog) for fact in _facts(item))
        numbers, rows = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return numbers, rows


def _facts(item: CatalogItem) -> list[Fact]:
    return [fact for fact in item_facts(item) if fact[0] != "title"]
