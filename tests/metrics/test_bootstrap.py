import numpy as np
import pytest

from tastemaker.metrics.bootstrap import interval, paired_interval
from tastemaker.metrics.scored import Scored, rmse
from tastemaker.metrics.tally import mean_of


def test_covers_the_truth_about_95_times_in_100():
    random = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        low, high = interval(mean_of(random.normal(0.3, 1, size=200)), np.arange(200), seed=trial, draws=300)
        covered += low <= 0.3 <= high
    assert 181 <= covered <= 198


def test_units_of_one_user_count_as_one():
    """Ten copies of every user's value say no more than one copy."""
    values = np.random.default_rng(1).normal(size=40)
    once = interval(mean_of(values), np.arange(40), seed=0)
    copied = interval(mean_of(np.repeat(values, 10)), np.repeat(np.arange(40), 10), seed=0)
    apart = interval(mean_of(np.repeat(values, 10)), np.arange(400), seed=0)
    assert copied == pytest.approx(once)
    assert apart[1] - apart[0] < (once[1] - once[0]) / 2


def test_pairing_removes_what_both_share():
    random = np.random.default_rng(2)
    user_effect = random.normal(0, 10, size=50)
    ours, theirs = mean_of(user_effect + 1), mean_of(user_effect + random.normal(0, 0.1, size=50))
    low, high = paired_interval(ours, theirs, np.arange(50), seed=0)
    assert 0.9 < low < 1 < high < 1.1


def test_takes_figures_that_are_no_means():
    random = np.random.default_rng(3)
    tally = rmse(Scored(random.normal(size=500), np.zeros(500)))
    low, high = interval(tally, np.arange(500), seed=0)
    assert low < tally.value < high
    assert 0.9 < low < high < 1.1


def test_equal_seeds_give_equal_intervals_and_no_unit_gives_nan():
    tally = mean_of(np.random.default_rng(4).normal(size=30))
    assert interval(tally, np.arange(30), seed=5) == interval(tally, np.arange(30), seed=5)
    assert interval(tally, np.arange(30), seed=5) != interval(tally, np.arange(30), seed=6)
    assert np.isnan(interval(mean_of(np.zeros(0)), [], seed=0)).all()
