from itertools import permutations
from math import log2

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from tastemaker.metrics import CUTOFFS, METRICS, RANKING
from tastemaker.metrics.places import join, pessimistic, place
from tastemaker.metrics.ranking import hr_at_k, mrr_at_k, ndcg_at_k, recall_at_k


def test_worked_example():
    # Ranked: item 2, item 0, item 3, item 1. Targets 0 and 1 stand at places 2 and 4.
    places = place(np.array([[0.8, 0.1, 0.9, 0.5]]), [{0, 1}])
    assert ndcg_at_k(places, 3)[0] == pytest.approx((1 / log2(3)) / (1 / log2(2) + 1 / log2(3)))
    assert recall_at_k(places, 3)[0] == 1 / 2
    assert hr_at_k(places, 1)[0] == 0
    assert hr_at_k(places, 3)[0] == 1
    assert mrr_at_k(places, 3)[0] == 1 / 2


def test_worked_tie():
    # Items 0, 1, 2 share the first three places; the target is one of them.
    places = place(np.array([[0.5, 0.5, 0.5, 0.1]]), [{1}])
    assert hr_at_k(places, 1)[0] == pytest.approx(1 / 3)
    assert ndcg_at_k(places, 3)[0] == pytest.approx((1 + 1 / log2(3) + 1 / log2(4)) / 3)
    assert mrr_at_k(places, 2)[0] == pytest.approx((1 + 1 / 2) / 3)
    worst = pessimistic(places)
    assert hr_at_k(worst, 2)[0] == 0
    assert ndcg_at_k(worst, 3)[0] == pytest.approx(1 / log2(4))


def test_constant_scores_are_worth_a_random_ranking_not_a_perfect_one():
    places = place(np.zeros((1, 100)), [{7}])
    assert hr_at_k(places, 10)[0] == pytest.approx(0.1)
    assert hr_at_k(pessimistic(places), 10)[0] == 0


@pytest.mark.parametrize("k", CUTOFFS)
@pytest.mark.parametrize("name", RANKING)
def test_perfect_ranking_is_one(name, k):
    scores = -np.arange(200.0)[None]
    targets = [set(range(3))] if name != "recall" else [set(range(min(k, 3)))]
    assert METRICS[f"{name}@{k}"].measure(place(scores, targets)).value == pytest.approx(1)


ORACLES = {
    "hr": lambda order, targets, k: float(bool(targets & set(order[:k]))),
    "recall": lambda order, targets, k: len(targets & set(order[:k])) / len(targets),
    "mrr": lambda order, targets, k: next((1 / (n + 1) for n, item in enumerate(order[:k]) if item in targets), 0.0),
    "ndcg": lambda order, targets, k: (
        sum(1 / log2(n + 2) for n, item in enumerate(order[:k]) if item in targets)
        / sum(1 / log2(n + 2) for n in range(min(k, len(targets))))
    ),
}


@settings(deadline=None, max_examples=60)
@given(
    scores=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    targets=st.sets(st.integers(0, 5), min_size=1),
    seen=st.sets(st.integers(0, 5), max_size=2),
    k=st.integers(1, 7),
)
def test_equals_brute_force_over_all_orders_of_equal_scores(scores, targets, seen, k):
    """Expectation and worst case against every order of the six items that agrees with the scores."""
    allowed = [item for item in range(6) if item not in seen]
    orders = [
        order
        for order in permutations(allowed)
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False))
    ]
    places = place(np.array([scores], dtype=np.float32), [targets], [seen])
    for name, function in RANKING.items():
        values = [ORACLES[name](order, targets, k) for order in orders]
        assert function(places, k)[0] == pytest.approx(np.mean(values)), name
        assert function(pessimistic(places), k)[0] == pytest.approx(min(values)), name


def test_equals_ir_measures_where_nothing_ties():
    random = np.random.default_rng(0)
    scores = random.permuted(np.tile(np.arange(80.0), (30, 1)), axis=1)
    targets = [set(random.choice(80, size=random.integers(1, 12), replace=False).tolist()) for _ in range(30)]
    qrels = [ir_measures.Qrel(str(n), str(item), 1) for n, items in enumerate(targets) for item in items]
    run = [ir_measures.ScoredDoc(str(n), str(item), row[item]) for n, row in enumerate(scores) for item in range(80)]
    oracle = ir_measures.calc_aggregate([nDCG @ 10, R @ 10, RR @ 10], qrels, run)
    places = place(scores, targets)
    assert recall_at_k(places, 10).mean() == pytest.approx(oracle[R @ 10])
    assert mrr_at_k(places, 10).mean() == pytest.approx(oracle[RR @ 10])
    assert ndcg_at_k(places, 10).mean() == pytest.approx(oracle[nDCG @ 10])


def test_shuffled_item_ids_change_nothing():
    random = np.random.default_rng(1)
    scores = random.integers(0, 6, size=(20, 50)).astype(float)
    targets = [set(random.choice(50, size=3, replace=False).tolist()) for _ in range(20)]
    new_id = random.permutation(50)
    shuffled = np.empty_like(scores)
    shuffled[:, new_id] = scores
    before = place(scores, targets)
    after = place(shuffled, [{int(new_id[item]) for item in items} for items in targets])
    for function in RANKING.values():
        np.testing.assert_allclose(function(before, 10), function(after, 10))


def test_seen_items_take_no_place_and_a_seen_target_is_a_miss():
    scores = np.array([[0.9, 0.8, 0.1]])
    assert mrr_at_k(place(scores, [{1}]), 3)[0] == 1 / 2
    assert mrr_at_k(place(scores, [{1}], [{0}]), 3)[0] == 1
    assert hr_at_k(place(scores, [{0}], [{0}]), 3)[0] == 0
    assert scores[0, 0] == 0.9, "the scores that came in stay as they are"


def test_a_model_that_answers_nan_hits_nothing():
    assert hr_at_k(place(np.full((1, 4), np.nan), [{2}]), 4)[0] == 0


def test_joined_batches_equal_one_batch():
    random = np.random.default_rng(2)
    scores = random.integers(0, 4, size=(9, 12))
    targets = [set(random.choice(12, size=n % 3 + 1, replace=False).tolist()) for n in range(9)]
    joined = join([place(scores[:4], targets[:4]), place(scores[4:], targets[4:])])
    np.testing.assert_allclose(ndcg_at_k(joined, 5), ndcg_at_k(place(scores, targets), 5))
