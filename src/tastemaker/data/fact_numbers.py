"""Facts as numbers, so that tensors can speak of them: every fact that some item of a catalog has, and its negation."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog
from tastemaker.data.facts import Fact, item_facts


@dataclass(frozen=True)
class FactNumbers:
    """Numbers the facts of a catalog in their sorted order, titles aside; their negations follow."""

    catalog: Catalog

    @cached_property
    def numbers(self) -> dict[Fact, int]:
        """The number of every fact, `("genre", "Horror")` and `("not genre", "Horror")` alike."""
        facts = sorted({fact for facts in self._facts for fact in facts})
        negated = [(f"not {name}", value) for name, value in facts]
        return {fact: number for number, fact in enumerate((*facts, *negated))}

    @cached_property
    def holders(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of a fact's number and the row of an item that has it, `[E]` each, in order; negations have none."""
        pairs = sorted((self.numbers[fact], row) for row, facts in enumerate(self._facts) for fact in facts)
        numbers, rows = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return numbers, rows

    @cached_property
    def _facts(self) -> list[list[Fact]]:
        return [[fact for fact in item_facts(item) if fact[0] != "title"] for item in self.catalog]
