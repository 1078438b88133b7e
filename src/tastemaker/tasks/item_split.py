"""Which split an item belongs to, for tasks whose examples are items and not what users did with them."""

from typing import Final
from zlib import crc32

from tastemaker.data.catalog import Catalog
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title

_PARTS: Final = {0: Split.TEST, 1: Split.VALIDATION}
"""Tenths of the items that are held out."""
_ORDER: Final = (Split.TRAIN, Split.VALIDATION, Split.TEST)


def split_of_item(item_id: str, seed: int = 0) -> Split:
    """The split of an item: a tenth is test, a tenth validation, the rest training.

    A hash of the id decides, so that it is the same on every machine, in every task, and however the catalog grows:
    the text that one task holds out is in no other task's training.
    """
    return _PARTS.get(crc32(f"{seed} item {item_id}".encode()) % 10, Split.TRAIN)


def splits_of(catalog: Catalog) -> list[Split]:
    """The split of every item, where items of one title go together: to test, if the id of one of them says so.

    Catalogs list some works twice, and a twin in training would tell what is asked of the one held out.
    """
    names = [printed_title(item).casefold() if item.title else item.item_id for item in catalog]
    latest: dict[str, Split] = {}
    for item, name in zip(catalog, names, strict=True):
        latest[name] = max(latest.get(name, Split.TRAIN), split_of_item(item.item_id), key=_ORDER.index)
    return [latest[name] for name in names]


def held_out_rows(catalog: Catalog) -> set[int]:
    """Rows of the items that are not training."""
    return {row for row, part in enumerate(splits_of(catalog)) if part is not Split.TRAIN}
