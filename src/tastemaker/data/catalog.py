"""The items that can be recommended, each with a row number by which model and tasks know it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from tastemaker.data.schema import ITEM_COLUMNS


@dataclass(frozen=True)
class CatalogItem:
    """One item: `attributes` maps a name to its values, e.g. `{"genre": ("Comedy", "Drama"), "year": ("1995",)}`."""

    item_id: str
    title: str
    text: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    image: str | None = None

    def values(self, name: str) -> tuple[str, ...]:
        """Values of the attribute `name`; empty where the item has none."""
        return self.attributes.get(name, ())

    def without(self, name: str) -> "CatalogItem":
        """The same item without its attribute `name`."""
        return replace(self, attributes={other: values for other, values in self.attributes.items() if other != name})


@dataclass(frozen=True)
class Catalog:
    """All items; an item's row is its index here."""

    items: tuple[CatalogItem, ...]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> CatalogItem:
        return self.items[row]

    def __iter__(self) -> Iterator[CatalogItem]:
        return iter(self.items)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of every item id."""
        return {item.item_id: row for row, item in enumerate(self.items)}

    @classmethod
    def from_table(cls, table: pl.DataFrame) -> "Catalog":
        """Build from the columns of `items.parquet`."""
        return cls(
            tuple(
                CatalogItem(row["item_id"], row["title"], row["text"], _grouped(row["attributes"]), row["image"])
                for row in table.iter_rows(named=True)
            )
        )

    def to_table(self) -> pl.DataFrame:
        """The columns of `items.parquet`."""
        return pl.DataFrame(
            [
                {
                    "item_id": item.item_id,
                    "title": item.title,
                    "text": item.text,
                    "attributes": [
                        {"name": name, "value": value} for name, values in item.attributes.items() for value in values
                    ],
                    "image": item.image,
                }
                for item in self.items
            ],
            schema=pl.Schema(ITEM_COLUMNS),
        )


def _grouped(pairs: list[dict[str, str]] | None) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for pair in pairs or ():
        grouped.setdefault(pair["name"], []).append(pair["value"])
    return {name: tuple(values) for name, values in grouped.items()}
