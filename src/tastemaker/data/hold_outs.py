"""What a recipe holds out of training beyond the end of each history: users, items, and a part of the log.

In: the interactions, where validation and test begin in each history, and the recipe's `[data]` table. Out: which
interactions are left, and the cuts in what is left. Test targets are the same whatever is held out.

- A **new user** (`new_users`) has no training and no validation example; what came before the test is history at test.
- A **new item** (`new_items`) has no interaction before validation: it is no target of training, stands in no training
  history, and in none that is read later but for what validation adds. Its validation interactions stay, as of an item
  that came out that day: the one offset of cold items is found on them, and nothing else of an item is learnt there.
  It is new to the log alone: what training dialogues say of it stays, for those who train on them.
- A **thinner log** (`train_share`) loses interactions by themselves, not whole users: sparse data are short histories
  of many users. Whatever reads training interactions reads the thin log, histories at validation and test among them,
  to which validation adds its own. Draws are nested: 10 % of the log are a part of its 25 %.

What is left out of the log is known to nobody, so that it is not masked in a ranking either.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.split import Cuts, DataConfig, IntArray
from tastemaker.errors import RecipeError

_USERS, _ITEMS, _SHARE = range(3)
"""Sets the draws apart, so that each is the same whatever else is held out."""
_OWNERS: Final = {"users": "users with a test interaction", "items": "items with an interaction"}


@dataclass(frozen=True)
class Left:
    """What is left of a log of interactions."""

    rows: IntArray | None
    """Which of them, ascending; None where all are."""
    offsets: IntArray
    """`[users + 1]`, in what is left."""
    cuts: Cuts


def hold_out(offsets: IntArray, items: IntArray, cuts: Cuts, config: DataConfig) -> Left:
    """Leave out what the recipe holds out.

    Args:
        offsets: `[users + 1]`; user `u` owns the interactions `offsets[u]:offsets[u + 1]`.
        items: `[interactions]`, rows in the catalog.
        cuts: of the whole log.
        config: the recipe's `[data]` table.

    Raises:
        RecipeError: a share is so small that it is nobody and nothing.
    """
    lengths = np.diff(offsets)
    owners = np.repeat(np.arange(len(lengths)), lengths)
    is_training = np.arange(len(items)) - offsets[owners] < cuts.train[owners]
    is_gone = is_training & (_is_thinned(len(items), config) | np.isin(items, _new_items(items, config)))
    is_new = np.isin(np.arange(len(lengths)), _new_users(cuts.validation < lengths, config))
    gone = np.bincount(owners[is_gone], minlength=len(lengths))
    train, validation = cuts.train - gone, cuts.validation - gone
    start = np.where(is_new, validation, cuts.start)
    left = Cuts(start, np.where(is_new, validation, train), validation)
    if not is_gone.any():
        return Left(None, offsets, left)
    return Left(np.flatnonzero(~is_gone), np.concatenate(([0], np.cumsum(lengths - gone))).astype(np.int64), left)


def _is_thinned(interactions: int, config: DataConfig) -> NDArray[np.bool_]:
    """`[interactions]`: which would be left out, were they all training."""
    if config.train_share == 1:
        return np.zeros(interactions, dtype=np.bool_)
    return _random(config, _SHARE).random(interactions) >= config.train_share


def _new_items(items: IntArray, config: DataConfig) -> IntArray:
    return _drawn(np.unique(items), "items", config.new_items, _random(config, _ITEMS))


def _new_users(is_tested: NDArray[np.bool_], config: DataConfig) -> IntArray:
    return _drawn(np.flatnonzero(is_tested), "users", config.new_users, _random(config, _USERS))


def _drawn(among: IntArray, what: str, share: float, random: np.random.Generator) -> IntArray:
    """A share of the rows `among`."""
    count = round(share * len(among))
    if share and not count:
        raise RecipeError(
            f"data.new_{what} = {share} holds out none of {len(among)} {_OWNERS[what]}. Raise it, or set it to 0."
        )
    return random.permutation(among)[:count]


def _random(config: DataConfig, which: int) -> np.random.Generator:
    return np.random.default_rng((config.hold_out_seed, which))
