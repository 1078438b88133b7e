import math

import pytest

from tastemaker.training.early_stopping import EarlyStopping


def test_the_score_is_the_mean_logarithm_of_errors() -> None:
    stopping = EarlyStopping(2)
    assert stopping.update(1, {"next_item": 0.9, "rating": 0.8}, {"next_item": 0.05})
    assert stopping.best == pytest.approx((math.log(1 / 0.05) + math.log(0.8)) / 2)


def test_a_better_ranking_counts_though_its_loss_rises() -> None:
    stopping = EarlyStopping(2)
    stopping.update(1, {"next_item": 0.8}, {"next_item": 0.05})
    assert stopping.update(2, {"next_item": 0.9}, {"next_item": 0.06})
    assert not stopping.update(3, {"next_item": 0.7}, {"next_item": 0.055})
    assert (stopping.best_step, stopping.waited, stopping.is_over) == (2, 1, False)
    assert not stopping.update(4, {"next_item": 0.7}, {"next_item": 0.06})
    assert stopping.is_over


def test_one_percent_counts_alike_in_every_task() -> None:
    stopping = EarlyStopping(2)
    stopping.update(1, {"next_item": 0.9, "rating": 0.5}, {"next_item": 0.05})
    assert stopping.update(2, {"next_item": 0.9, "rating": 0.5 * 1.01}, {"next_item": 0.05 * 1.02})
    assert not stopping.update(3, {"next_item": 0.9, "rating": 0.5 * 1.05}, {"next_item": 0.05 * 1.04})


def test_a_ranking_without_a_hit_is_a_number_too() -> None:
    stopping = EarlyStopping(2)
    assert stopping.update(0, {"next_item": 1.0}, {"next_item": 0.0})
    assert stopping.update(1, {"next_item": 1.0}, {"next_item": 0.001})


def test_a_state_is_restored_but_for_patience() -> None:
    stopping, other = EarlyStopping(2), EarlyStopping(7)
    stopping.update(3, {"a": 0.5}, {})
    stopping.update(4, {"a": 0.6}, {})
    other.restore(stopping.state())
    assert (other.best, other.best_step, other.waited, other.patience) == (stopping.best, 3, 1, 7)


def test_an_error_that_is_not_known_counts_as_it_last_was() -> None:
    stopping = EarlyStopping(2)
    stopping.update(0, {"rating": 0.5, "like": 0.9}, {})
    assert not stopping.update(1, {"like": 0.9}, {})
    assert stopping.update(2, {"like": 0.8}, {}), "like is better, rating as it was"
    assert stopping.best == pytest.approx((math.log(0.5) + math.log(0.8)) / 2)
    other = EarlyStopping(2)
    other.restore(stopping.state())
    assert not other.update(3, {"like": 0.81}, {})


def test_a_task_that_the_first_validation_did_not_know_counts_in_none() -> None:
    stopping = EarlyStopping(2)
    stopping.update(0, {"like": 0.9}, {})
    assert stopping.update(1, {"like": 0.8, "rating": 5.0}, {})
    assert stopping.best == pytest.approx(math.log(0.8))
