"""A data set as a peer reads it: integer arrays in a folder, users and items by row number.

`train.npz` holds `user`, `item` and `position` (0 is a user's oldest interaction), all `[interactions]`, by user and
oldest first. `validation.npz` and `test.npz` hold one target a user, `user` and `target` `[U]`, and everything that
is known before it: user `n` owns `context[offsets[n]:offsets[n + 1]]`. `exchange.json` names data set, counts and
checksums.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

PARTS: Final = ("train", "validation", "test")


@dataclass(frozen=True)
class Held:
    """One target a user, and what is known of that user before it."""

    users: IntArray
    """`[U]`"""
    targets: IntArray
    """`[U]`, rows in the catalog."""
    offsets: IntArray
    """`[U + 1]`"""
    context: IntArray
    """`[offsets[-1]]`, oldest first within a user."""

    def __len__(self) -> int:
        return len(self.users)

    def contexts(self, start: int, end: int) -> list[IntArray]:
        """Contexts of the users `start:end`."""
        return [self.context[self.offsets[row] : self.offsets[row + 1]] for row in range(start, min(end, len(self)))]


@dataclass(frozen=True)
class Material:
    """What a peer may train on, and what it is judged by."""

    name: str
    users: int
    items: int
    """Size of the catalog."""
    train_users: IntArray
    """`[interactions]`"""
    train_items: IntArray
    train_positions: IntArray
    validation: Held
    test: Held

    @classmethod
    def load(cls, folder: Path) -> "Material":
        """Read an exchange folder.

        Raises:
            SystemExit: an array file is not the one that was written.
        """
        told = json.loads((folder / "exchange.json").read_text(encoding="utf-8"))
        for part in PARTS:
            check(folder / f"{part}.npz", told["sha256"][part])
        with np.load(folder / "train.npz") as train:
            columns = [train[name] for name in ("user", "item", "position")]
        held = [_held(folder / f"{part}.npz") for part in ("validation", "test")]
        return cls(told["name"], told["users"], told["items"], *columns, *held)

    def histories(self) -> list[IntArray]:
        """Training items of every user, oldest first, `[users]`; empty for a user who only has held-out ones."""
        ends = np.searchsorted(self.train_users, np.arange(self.users + 1))
        return [self.train_items[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]


def check(path: Path, expected: str) -> None:
    """Compare a file with its checksum.

    Raises:
        SystemExit: they differ.
    """
    found = sha256(path)
    if found != expected:
        raise SystemExit(
            f"{path}: expected SHA-256 {expected}, found {found}. Delete the folder; the next run writes it."
        )


def sha256(path: Path) -> str:
    """Checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pad_left(contexts: Sequence[IntArray], length: int) -> IntArray:
    """The last `length` entries of each context, `[n, length]`, with 0 before them."""
    padded = np.zeros((len(contexts), length), dtype=np.int64)
    for row, context in enumerate(contexts):
        kept = context[-length:]
        padded[row, length - len(kept) :] = kept
    return padded


def _held(path: Path) -> Held:
    with np.load(path) as part:
        return Held(part["user"], part["target"], part["offsets"], part["context"])
