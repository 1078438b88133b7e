"""The evidence of a recommendation in use: past items by attribution, facts from the catalog and the user's words."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Entry
from tastemaker.data.facts import Fact, item_facts
from tastemaker.data.schema import ACTIONS
from tastemaker.data.split import DataConfig
from tastemaker.data.title_forms import printed_title
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
    carrying = [
        entries[index].item
        for index in np.argsort(-weights)
        if weights[index] > 0 and not is_disliked(entries[index], like_threshold)
    ]
    past = speaking_for(catalog, item, [row for row in named if row != item][:MOST_PAST], carrying)
    return evidence(catalog, item, [(row, ratings.get(row)) for row in past], asked, like_threshold)


def may_speak_for(catalog: Catalog, item: int, entries: Sequence[Entry], like_threshold: float) -> tuple[int, ...]:
    """Places of the entries that can be evidence for an item, whatever they carry: with a fact of it, not disliked."""
    facts = _facts(catalog, item, with_time=True)
    return tuple(
        place
        for place, entry in enumerate(entries)
        if not is_disliked(entry, like_threshold) and facts & item_facts(catalog[entry.item])
    )


def speaking_for(catalog: Catalog, item: int, named: Sequence[int], carrying: Sequence[int]) -> list[int]:
    """The named rows and, while there is room, the first carrying ones that share a fact with the item and all others.

    A shared attribute says more than a shared time: the decade alone serves only where nothing else is shared.
    """
    for shared in (_facts(catalog, item, with_time=False), _facts(catalog, item, with_time=True)):
        past, common = list(named), shared
        for row in named:
            common = common & item_facts(catalog[row]) or common
        for row in carrying:
            left = common & item_facts(catalog[row])
            if left and len(past) < MOST_PAST and not _is_among(catalog, row, (item, *past)):
                past.append(row)
                common = left
        if past:
            break
    return past


def _is_among(catalog: Catalog, row: int, rows: Sequence[int]) -> bool:
    """Whether a row or its title is among others: MovieLens holds some films under two ids."""
    return printed_title(catalog[row]) in {printed_title(catalog[other]) for other in rows}


def is_disliked(entry: Entry, like_threshold: float) -> bool:
    """Whether an entry says that the user did not like the item, so that it is no reason for another."""
    return (entry.rating is not None and entry.rating < like_threshold) or ACTIONS[entry.action] == "dislike"


def _facts(catalog: Catalog, item: int, *, with_time: bool) -> frozenset[Fact]:
    return frozenset(fact for fact in item_facts(catalog[item]) if with_time or fact[0] not in ("decade", "year"))
