"""What is asked where items were held out."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.cold_draw import Draw
from benchmarks.cold_targets import COLD, WARM, WARM_MATCHED, matching, targets
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split, cut_histories
from tastemaker.evaluation.context import history_of, target_items


@pytest.fixture
def last_out(shop: Dataset) -> Dataset:
    """The shop with one test and one validation item a user."""
    config = DataConfig(path="shop", test_items=1, validation_items=1)
    return replace(shop, config=config, cuts=cut_histories(shop.offsets, shop.timestamps, config))


def test_test_items_are_cold_or_warm_or_neither(last_out: Dataset) -> None:
    last = last_out.items[last_out.offsets[1:] - 1]
    cold, calibration = last[0], next(item for item in last if item != last[0])
    is_known = ~np.isin(np.arange(len(last_out.catalog)), [cold, calibration])
    asked = targets(last_out, Draw(np.array([cold]), np.array([calibration])), is_known, 0)
    found = {kind: [item for it in each.examples for item in target_items(it)] for kind, each in asked.items()}
    assert found[COLD] == [item for item in last if item == cold]
    assert found[WARM] == [item for item in last if item not in (cold, calibration)]
    assert len(set(found[WARM_MATCHED])) == 1, "as there is one cold item"
    assert set(found[WARM_MATCHED]) <= set(found[WARM])


def test_contexts_are_whole_unless_asked_for_otherwise(last_out: Dataset) -> None:
    """The first entry of the first user is an item that training did not know."""
    user = 0
    history = last_out.known_before(user, Split.TEST)
    unknown, last = history[0].item, last_out.held_out(user, Split.TEST)[0].item
    is_known = np.arange(len(last_out.catalog)) != unknown
    warm = targets(last_out, Draw(np.array([unknown]), np.array([], dtype=np.int64)), is_known, 0)[WARM]
    assert target_items(warm.examples[0]) == {last}
    assert history_of(warm.examples[0]) == history
    assert warm.seen[0] == sorted({entry.item for entry in history})
    less = warm.known_only(is_known)
    assert history_of(less.examples[0]) == history[1:]
    assert less.seen == warm.seen, "what was seen stays seen"


def test_warm_items_match_the_frequency_of_cold_ones() -> None:
    """Cold item 1 is a target three times, 2 once; of the warm ones 5 is one three times, 6 twice, 7 five times."""
    chosen = matching(np.array([1, 1, 1, 2]), np.array([5, 5, 5, 6, 6, 7, 7, 7, 7, 7]), 0)
    assert chosen.tolist() == [5, 6], "6 is the nearest to once that is left"


def test_no_more_can_match_than_there_are() -> None:
    assert matching(np.array([1, 2, 3]), np.array([8, 8]), 0).tolist() == [8]


def test_equals_are_drawn_by_seed() -> None:
    warm = np.arange(100)
    assert matching(np.array([100]), warm, 0).tolist() == matching(np.array([100]), warm, 0).tolist()
    assert len({matching(np.array([100]), warm, seed)[0] for seed in range(9)}) > 1
