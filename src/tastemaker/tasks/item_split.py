"""Which split an item belongs to, for tasks whose examples are items and not what users did with them."""

from typing import Final
from zlib import crc32

from tastemaker.data.split import Split

_PARTS: Final = {0: Split.TEST, 1: Split.VALIDATION}
"""Tenths of the items that are held out."""


def split_of_item(item_id: str, seed: int = 0) -> Split:
    """The split of an item: a tenth is test, a tenth validation, the rest training.

    A hash of the id decides, so that it is the same on every machine, in every task, and however the catalog grows:
    the text that one task holds out is in no other task's training.
    """
    return _PARTS.get(crc32(f"{seed} item {item_id}".encode()) % 10, Split.TRAIN)
