"""Standings of a peer's targets, beside our own places."""

import numpy as np
import pytest

from benchmarks.peers.judging import UNREACHABLE, judge, leave_out, ndcg, standing, users_per_second
from benchmarks.peers.material import Held
from tastemaker.metrics import places
from tastemaker.metrics.ranking import ndcg_at_k

SCORES = np.array([[0.5, 0.9, 0.5, 0.1], [1.0, np.nan, 2.0, 3.0], [4.0, 3.0, 2.0, -np.inf]], dtype=np.float32)
HELD = Held(np.array([0, 1, 2]), np.array([2, 0, 3]), np.array([0, 1, 2, 4]), np.array([1, 3, 0, 1]))


def scores(users: np.ndarray, contexts: object) -> np.ndarray:
    return SCORES[users]


def test_a_target_stands_below_higher_and_among_equal_items() -> None:
    above, equal = standing(SCORES[:2], np.array([2, 0]))
    assert above.tolist() == [1, 2]
    assert equal.tolist() == [2, 1]


def test_what_is_never_recommended_is_out_of_reach() -> None:
    above, _ = standing(SCORES, np.array([0, 1, 3]))
    assert above.tolist() == [1, UNREACHABLE, UNREACHABLE]
    assert UNREACHABLE == places.UNREACHABLE


def test_seen_items_are_left_out() -> None:
    masked = leave_out(SCORES[:1].copy(), [np.array([1, 3])])
    assert np.isneginf(masked).tolist() == [[False, True, False, True]]


def test_judgement_equals_our_own_places() -> None:
    answers = judge(scores, HELD)
    assert answers.above.tolist() == [0, 1, UNREACHABLE]
    assert answers.above_unmasked.tolist() == [1, 2, UNREACHABLE]
    ours = places.place(SCORES, [{2}, {0}, {3}], [{1}, {3}, {0, 1}])
    assert answers.above.tolist() == ours.above.tolist()
    assert answers.equal[:2].tolist() == ours.size[:2].tolist()
    assert ndcg(answers.above, answers.equal) == pytest.approx(ndcg_at_k(ours, 10).mean())


def test_ndcg_is_the_expectation_over_ties() -> None:
    # two equal items at the top: (1 / log2(2) + 1 / log2(3)) / 2
    assert ndcg(np.array([0]), np.array([2])) == pytest.approx((1 + 1 / np.log2(3)) / 2)
    # the tenth and the eleventh place: only the tenth counts
    assert ndcg(np.array([9]), np.array([2])) == pytest.approx(1 / np.log2(11) / 2)


def test_ranking_speed_is_positive() -> None:
    assert users_per_second(scores, HELD, k=2, repetitions=1) > 0
