"""Which of a user's interactions are training, validation and test: a pair of cuts per user.

A user's history is oldest first, so a split is two numbers: training ends at the first, validation at the second.
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
    dialogue_split: Literal["clean", "published"] = "clean"
    """Whether a dialogue with turns to be judged is left out of training (`clean`), or trained on up to its last turn
    that is published for training (`published`); see `tasks/dialogue_split.py`. What is judged is the same."""


@dataclass(frozen=True)
class Cuts:
    """End of training and end of validation in each user's history, both `[users]`, counted from its start."""

    train: IntArray
    validation: IntArray


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
    return Cuts(train, validation)


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
        np.array([np.searchsorted(span, validation_from) for span in spans], dtype=np.int64),
        np.array([np.searchsorted(span, test_from) for span in spans], dtype=np.int64),
    )
