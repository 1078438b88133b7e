"""Which items meet what a user asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog
from tastemaker.data.facts import Fact, alternatives, item_facts
from tastemaker.tasks.example import Example, Reply


@dataclass(frozen=True)
class ConstraintFilter:
    """Counts the constraints that items meet; a name such as "not genre" asks that an item has not the value."""

    catalog: Catalog

    def met(self, constraints: Sequence[Fact]) -> NDArray[np.int64]:
        """How many of the constraints each item meets, `[I]`."""
        return sum((self._meets(fact) for fact in constraints), np.zeros(len(self.catalog), dtype=np.int64))

    def _meets(self, fact: Fact) -> NDArray[np.int64]:
        """1 for the items that meet one, `[I]`."""
        name, value = fact
        has = np.zeros(len(self.catalog), dtype=np.int64)
        has[self._rows.get((name.removeprefix("not "), value), [])] = 1
        return 1 - has if name.startswith("not ") else has

    def score(self, wishes: Sequence[Sequence[Fact]], scores: NDArray[Any]) -> NDArray[np.float64]:
        """Put the items that meet all constraints of a request first, then those that meet fewer.

        A name that stands for several facts, as that of an actor who directs, asks for one of them (`alternatives`).

        Args:
            wishes: the constraints of `N` requests.
            scores: `[N, I]` or `[I]`, by which items that meet equally many constraints are ordered.
        """
        met = np.stack([self._met_either(constraints) for constraints in wishes])
        low, high = scores.min(axis=-1, keepdims=True), scores.max(axis=-1, keepdims=True)
        within = (scores - low) / np.where(high > low, 2 * (high - low), 1)
        return np.asarray(met + within, dtype=np.float64)

    def _met_either(self, constraints: Sequence[Fact]) -> NDArray[np.int64]:
        groups = (np.max([self._meets(fact) for fact in either], axis=0) for either in alternatives(constraints))
        return sum(groups, np.zeros(len(self.catalog), dtype=np.int64))

    @cached_property
    def _rows(self) -> dict[Fact, list[int]]:
        rows: dict[Fact, list[int]] = {}
        for row, item in enumerate(self.catalog):
            for fact in item_facts(item):
                rows.setdefault(fact, []).append(row)
        return rows


def constraints_of(example: Example) -> tuple[Fact, ...]:
    """What the user of this example asked for."""
    return example.target.constraints if isinstance(example.target, Reply) else ()
