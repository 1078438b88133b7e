"""Figures over seeds, with the arithmetic visible."""

import numpy as np
import pytest

from benchmarks.pooled import difference, finish_of, pool
from tastemaker.metrics import METRICS

USERS = np.array([0.0, 0.0, 1.0, 2.0])


def units(*values: float, key: str = "joint/next_item/ndcg@10", users: np.ndarray = USERS) -> dict[str, np.ndarray]:
    """One seed's units: value, count, user."""
    return {key: np.column_stack([values, np.ones(len(values)), users])}


def test_the_mean_over_seeds_of_a_mean() -> None:
    found = pool([units(1, 0, 1, 0), units(1, 1, 1, 0)], "joint/next_item/ndcg@10")
    assert found.by_seed == (0.5, 0.75)
    assert found.tally.value == 0.625
    low, high = found.interval
    assert low < 0.625 < high


def test_the_mean_over_seeds_of_a_root_is_not_the_root_of_the_mean() -> None:
    key = "joint/rating/rmse"
    found = pool([units(1, 1, 1, 1, key=key), units(4, 4, 4, 4, key=key)], key)
    assert found.by_seed == (1.0, 2.0)
    assert found.tally.value == 1.5, "not sqrt((1 + 4) / 2) = 1.58"


def test_a_difference_is_paired_and_relative_to_the_other() -> None:
    ours = pool([units(0.6, 0.3, 0.9, 0.6)], "joint/next_item/ndcg@10")
    theirs = pool([units(0.4, 0.2, 0.6, 0.4, key="alone/next_item/ndcg@10")], "alone/next_item/ndcg@10")
    found = difference(ours, theirs)
    assert found["value"] == pytest.approx(0.6 - 0.4)
    assert [found[name] for name in ("relative", "relative_low", "relative_high")] == pytest.approx([0.5, 0.5, 0.5]), (
        "ours is half as much again for every user, so whichever users are drawn"
    )
    assert found["low"] < 0.2 < found["high"]


def test_seeds_with_other_units_are_refused() -> None:
    other = units(1, 0, 1, 0, users=np.array([0.0, 1.0, 1.0, 2.0]))
    with pytest.raises(SystemExit, match="ndcg@10: expected the same 4 units in every seed, found 4 others"):
        pool([units(1, 0, 1, 0), other], "joint/next_item/ndcg@10")


def test_models_with_other_units_are_refused() -> None:
    one = pool([units(1, 0, 1, 0)], "joint/next_item/ndcg@10")
    two = pool([units(1, 0, users=np.array([0.0, 1.0]))], "joint/next_item/ndcg@10")
    with pytest.raises(SystemExit, match="expected the same units, found 4 and 2"):
        difference(one, two)


@pytest.mark.parametrize(
    ("metric", "figure"),
    [
        ("hr@10", 0.25),
        ("recall@10_filtered", 0.25),
        ("rmse", 0.5),
        ("f1", 0.25),
        ("accuracy", 0.25),
        ("grounding", 0.25),
        ("recall@10_novel", 0.25),
        ("rougeL", 0.25),
        ("token_f1", 0.25),
    ],
)
def test_the_last_step_of_every_kind_of_metric(metric: str, figure: float) -> None:
    assert float(finish_of(metric)(np.array([2.0, 8.0]))) == figure


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_last_step(metric: str) -> None:
    finish_of(metric)


def test_there_is_no_share_of_nothing() -> None:
    ours = pool([units(1, 0, 1, 0)], "joint/next_item/ndcg@10")
    nothing = pool([units(0, 0, 0, 0, key="alone/next_item/ndcg@10")], "alone/next_item/ndcg@10")
    found = difference(ours, nothing)
    assert found["value"] == 0.5
    assert [found[name] for name in ("relative", "relative_low", "relative_high")] == [None] * 3


def test_classes_of_any_number_are_pooled() -> None:
    right, both = [2.0, 2.0, 0.0], [4.0, 2.0, 1.0]
    assert float(finish_of("macro_f1")(np.array(right + both))) == 0.5, "of three classes .5, 1 and 0"
