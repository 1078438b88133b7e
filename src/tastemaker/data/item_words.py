"""What training reviews say of items of which nothing else is known, as the attribute `feature` of each.

In: for every training review its item and its text. Out: a catalog whose bare items have features, the most telling
first: those that many reviews of an item speak of and reviews of few other items (as tf-idf weighs terms).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.features import Features
from tastemaker.data.vocabulary import FEATURE

_READ: Final = 40_000
"""Reviews that are read in all, which bounds the work: of each item as many, the first of them."""
_DOUBT: Final = 20
"""Items added to those of which a feature is said, so that one that is said of a single item does not tell most."""


def is_bare(item: CatalogItem) -> bool:
    """Whether nothing is known of an item but its id."""
    return not (item.title.strip() or item.text.strip() or item.attributes)


@dataclass(frozen=True)
class ItemWords:
    """How many training reviews of each bare item speak of which feature."""

    features: Features
    counts: Mapping[int, Counter[str]]
    """By the row of an item."""

    @classmethod
    def of(cls, features: Features, catalog: Catalog, reviews: Iterable[tuple[int, str]]) -> "ItemWords":
        """Count in training reviews, each given with the row of its item."""
        counts: dict[int, Counter[str]] = {row: Counter() for row, item in enumerate(catalog) if is_bare(item)}
        read, most = Counter[int](), max(1, _READ // max(1, len(counts)))
        for row, review in reviews:
            if row in counts and read[row] < most:
                read[row] += 1
                counts[row].update(features.of(review))
        return cls(features, counts)

    def described(self, catalog: Catalog) -> Catalog:
        """The catalog with the features of its bare items."""
        return Catalog(tuple(self._with(item, self.counts.get(row)) for row, item in enumerate(catalog)))

    def without(self, item: CatalogItem, row: int, review: str) -> CatalogItem:
        """A described item as it were if one of the reviews that describe it had not been written.

        What is learnt from a review is to be told from the others alone, as it is of one that is held out.
        """
        if row not in self.counts:
            return item
        return self._with(item, self.counts[row] - Counter(self.features.of(review)))

    def _with(self, item: CatalogItem, counts: Counter[str] | None) -> CatalogItem:
        if counts is None:
            return item
        weights = {feature: count * self._rarity[feature] for feature, count in counts.items()}
        telling = tuple(sorted(weights, key=lambda feature: (-weights[feature], feature)))
        return replace(item, attributes={FEATURE: telling} if telling else {})

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Inverse document frequency of every feature, items being the documents."""
        items = Counter(feature for counts in self.counts.values() for feature in counts)
        all_items = len(self.counts) + _DOUBT + 1
        return {feature: math.log(all_items / (count + _DOUBT)) for feature, count in items.items()}
