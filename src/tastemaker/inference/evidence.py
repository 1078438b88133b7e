"""The evidence of a recommendation in use: past items by attribution, facts from the catalog and the user's words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Entry
from tastemaker.data.facts import Fact, item_facts
from tastemaker.data.schema import ACTIONS
from tastemaker.data.split import DataConfig
from tastemaker.tasks.cards import evidence
from tastemaker.tasks.example import Evidence

MOST_PAST = 2


def attributed_evidence(
    catalog: Catalog,
    item: int,
    attribution: tuple[Sequence[Entry], NDArray[np.float32]],
    named: Sequence[int] = (),
    asked: Sequence[Fact] = (),
    like_threshold: float = DataConfig.like_threshold,
) -> Evidence:
    """Why `item`: the liked entries that carried its score, items that the user named, and wishes that it meets.

    Args:
        catalog: the items.
        item: row of the recommended item.
        attribution: the history that the model read, and the contribution of every entry to the item's score.
        named: rows that the user named in words; they come first.
        asked: facts that the user asked for.
        like_threshold: from which rating on an entry counts as liked.
    """
    entries, weights = attribution
    ratings = {entry.item: entry.rating for entry in entries}
    past = [row for row in named if row != item][:MOST_PAST]
    for index in np.argsort(-weights):
        entry = entries[index]
        is_open = len(past) < MOST_PAST and entry.item not in (item, *past)
        if is_open and weights[index] > 0 and speaks_for(catalog, item, entry, like_threshold):
            past.append(entry.item)
    return evidence(catalog, item, [(row, ratings.get(row)) for row in past], asked, like_threshold)


def speaks_for(catalog: Catalog, item: int, entry: Entry, like_threshold: float) -> bool:
    """Whether an entry was not disliked and has a fact in common with the item, so that it can be named as a reason."""
    is_rated_low = entry.rating is not None and entry.rating < like_threshold
    is_disliked = is_rated_low or ACTIONS[entry.action] == "dislike"
    return not is_disliked and bool(item_facts(catalog[entry.item]) & item_facts(catalog[item]))
