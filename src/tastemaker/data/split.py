"""Which of a user's interactions are training, validation and test: a pair of cuts per user.

A user's history is oldest first, so a split is two numbers: training ends at the first, validation at the second.
What training lacks beyond that is the business of `data/hold_outs.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tastemaker.errors import RecipeError

IntArray = NDArray[np.int64]


class Split(StrEnum):
    """The three parts of a data set."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True)
class DataConfig:
    """The recipe's `[data]` table."""

    path: str = ""
    """Folder that `tastemaker prepare` wrote."""
    split: Literal["leave_last_out", "split_by_time"] = "leave_last_out"
    test_items: int = 10
    """Per user, the last interactions held out for test (`leave_last_out`)."""
    validation_items: int = 5
    """Per user, the interactions before those, held out for validation (`leave_last_out`)."""
    test_share: float = 0.1
    """Share of all interactions, the latest ones, held out for test (`split_by_time`)."""
    validation_share: float = 0.05
    like_threshold: float = 4.0
    """A rating of at least this means that the user likes the item."""
    new_users: float = 0.0
    """Share of the users held out of training whole; see `data/hold_outs.py` for this and the next three."""
    new_items: float = 0.0
    """Share of the items that no training interaction is with."""
    train_share: float = 1.0
    """Share of the training interactions that are kept."""
    hold_out_seed: int = 0
    """Of these three draws."""
    withhold_for: tuple[str, ...] = ()
    """Tasks whose held-out answers (texts, genres) are kept from this run as from one that trains on them with its
    default keys: so a task alone reads the same catalog as the joint model that it is compared with."""
    dialogue_split: Literal["clean", "published"] = "clean"
    """Whether a dialogue with turns to be judged is left out of training (`clean`), or trained on up to its last turn
    that is published for training (`published`); see `tasks/dialogue_split.py`. What is judged is the same."""

    def __post_init__(self) -> None:
        for name in ("new_users", "new_items"):
            if not 0 <= getattr(self, name) < 1:
                raise RecipeError(f"data.{name} must be at least 0 and less than 1, found {getattr(self, name)}.")
        if not 0 < self.train_share <= 1:
            raise RecipeError(f"data.train_share must be more than 0 and at most 1, found {self.train_share}.")
        if self.hold_out_seed < 0:
            raise RecipeError(f"data.hold_out_seed must be at least 0, found {self.hold_out_seed}.")


@dataclass(frozen=True)
class Cuts:
    """Where the parts of each user's history lie, all `[users]`, counted from its first interaction."""

    start: IntArray
    """Of training; what stands before it is read and never a target."""
    train: IntArray
    """End of training."""
    validation: IntArray
    """End of validation."""


def cut_histories(offsets: IntArray, timestamps: IntArray, config: DataConfig) -> Cuts:
    """Cut every user's history as the recipe says.

    Args:
        offsets: `[users + 1]`; user `u` owns the rows `offsets[u]:offsets[u + 1]`.
        timestamps: `[interactions]`, ascending within a user.
        config: the recipe's `[data]` table.
    """
    if config.split == "leave_last_out" or not len(timestamps):
        return _leave_last_out(np.diff(offsets), config)
    return _split_by_time(offsets, timestamps, config)


def _leave_last_out(lengths: IntArray, config: DataConfig) -> Cuts:
    """A user with too few interactions to leave at least one for training trains whole."""
    if config.test_items < 1 or config.validation_items < 1:
        raise RecipeError(
            "data.test_items and data.validation_items must be at least 1, found "
            f"{config.test_items} and {config.validation_items}."
        )
    is_split = lengths > config.test_items + config.validation_items
    validation = np.where(is_split, lengths - config.test_items, lengths)
    train = np.where(is_split, validation - config.validation_items, lengths)
    return Cuts(np.zeros_like(train), train, validation)


def _split_by_time(offsets: IntArray, timestamps: IntArray, config: DataConfig) -> Cuts:
    """Everything at or after one moment is test, everything at or after an earlier one validation."""
    held_out = config.test_share + config.validation_share
    if not 0 < config.test_share < 1 or not 0 < config.validation_share < 1 or held_out >= 1:
        raise RecipeError(
            "data.test_share and data.validation_share must lie between 0 and 1 and add up to less than 1, found "
            f"{config.test_share} and {config.validation_share}."
        )
    ordered = np.sort(timestamps)
    last = len(ordered) - 1
    test_from = ordered[min(last, int(len(ordered) * (1 - config.test_share)))]
    validation_from = ordered[min(last, int(len(ordered) * (1 - held_out)))]
    users = range(len(offsets) - 1)
    spans = [timestamps[offsets[user] : offsets[user + 1]] for user in users]
    return Cuts(
        np.zeros(len(spans), dtype=np.int64),
        np.array([np.searchsorted(span, validation_from) for span in spans], dtype=np.int64),
        np.array([np.searchsorted(span, test_from) for span in spans], dtype=np.int64),
    )
