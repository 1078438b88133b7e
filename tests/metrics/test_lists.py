from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.metrics.lists import coverage, mean_popularity, personalisation, popularity_percentile, top_k


def test_top_k_is_best_first_and_ties_do_not_favour_low_ids():
    assert top_k(np.array([[0.1, 0.9, 0.5]]), 2).tolist() == [[1, 2]]
    assert set(top_k(np.zeros((1, 1000)), 10)[0].tolist()) != set(range(10))


def test_coverage_counts_items_once():
    assert coverage(np.array([[0, 1], [1, 2]]), 10) == 3 / 10


def test_mean_popularity():
    assert mean_popularity(np.array([[0, 1]]), np.array([10, 4, 0])) == (10 + 4) / 2


def test_percentile_is_half_where_lists_are_the_whole_catalog_and_near_one_for_the_most_popular():
    counts = np.array([5, 5, 1, 9])
    assert popularity_percentile(np.array([[0, 1, 2, 3]]), counts) == 0.5
    # Item 3 is above three of four and ties with itself: (3 + 4) / 2 / 4.
    assert popularity_percentile(np.array([[3]]), counts) == 3.5 / 4


def test_personalisation_equals_the_mean_over_pairs():
    random = np.random.default_rng(0)
    lists = np.array([random.choice(12, size=4, replace=False) for _ in range(7)])
    overlaps = [len(set(a) & set(b)) / 4 for a, b in combinations(lists.tolist(), 2)]
    assert personalisation(lists) == pytest.approx(1 - np.mean(overlaps))


def test_personalisation_of_equal_lists_is_zero_and_of_one_user_unknown():
    assert personalisation(np.array([[1, 2], [2, 1]])) == 0
    assert np.isnan(personalisation(np.array([[1, 2]])))


@given(st.integers(1, 12), st.integers(1, 30), st.integers(0, 3))
def test_top_k_is_the_head_of_a_whole_stable_sort(k: int, items: int, seed: int) -> None:
    random = np.random.default_rng((seed, items))
    scores = random.integers(0, 4, (5, items)).astype(np.float32)
    scores[scores == 0] = -np.inf
    order = np.random.default_rng(seed).permutation(items)
    whole = order[np.argsort(-scores[:, order], axis=1, kind="stable")]
    assert top_k(scores, k, seed).tolist() == whole[:, :k].tolist()
