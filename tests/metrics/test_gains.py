import math

import numpy as np
import pytest

from tastemaker.metrics.bootstrap import drawn_together, interval
from tastemaker.metrics.gains import Pair, difference_interval, gain, gain_interval, mean_gain
from tastemaker.metrics.scored import Scored, rmse
from tastemaker.metrics.tally import mean_of

USERS = np.arange(50)


def noise(seed: int, size: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.2, 0.8, size)


def test_a_gain_is_a_share_and_its_sign_says_better() -> None:
    ours, theirs = np.array([0.3, 0.1, 1.0]), np.array([0.2, 0.2, 0.0])
    assert gain(ours, theirs, False)[:2].tolist() == pytest.approx([0.5, -0.5])
    assert gain(ours, theirs, True)[:2].tolist() == pytest.approx([-0.5, 0.5])
    assert np.isnan(gain(ours, theirs, False)[2])


def test_ten_percent_more_of_every_user_is_ten_percent_for_sure() -> None:
    values = noise(0)
    assert gain_interval(Pair(mean_of(values * 1.1), mean_of(values), USERS), 0, 200) == pytest.approx([0.1] * 3)


def test_a_lower_error_is_a_gain() -> None:
    true, said = np.zeros(50), noise(1)
    ours, theirs = rmse(Scored(said * 0.9, true)), rmse(Scored(said, true))
    assert gain_interval(Pair(ours, theirs, USERS, is_lower_better=True), 0, 200) == pytest.approx([0.1] * 3)


def test_delta_m_is_the_mean_of_relative_changes() -> None:
    """Maninis et al., 2019: (+10 % - 4 %) / 2 = +3 %."""
    values, errors = noise(2), noise(3)
    better = Pair(mean_of(values * 1.1), mean_of(values), USERS)
    worse = Pair(mean_of(errors * 1.04), mean_of(errors), USERS, is_lower_better=True)
    assert mean_gain([better, worse], 0, 200) == pytest.approx([0.03] * 3)


def test_users_are_drawn_once_for_all_tasks() -> None:
    """What one task gains with the users drawn, the other loses: the mean knows nothing of chance."""
    up, base = noise(4), np.ones(50)
    one = Pair(mean_of(1 + up), mean_of(base), USERS)
    other = Pair(mean_of(1 - up), mean_of(base), USERS)
    value, low, high = mean_gain([one, other], 0, 200)
    assert (value, low, high) == pytest.approx((0, 0, 0), abs=1e-12)
    assert gain_interval(one, 0, 200)[2] - gain_interval(one, 0, 200)[1] > 0.05


def test_nothing_to_compare_with_is_not_known() -> None:
    nothing = Pair(mean_of(noise(5)), mean_of(np.zeros(50)), USERS)
    assert all(map(math.isnan, gain_interval(nothing, 0, 100)))


def test_few_hits_alone_make_no_interval_of_shares() -> None:
    """A third of all draws miss the one user whom it finds alone; in the others joint, which finds none, loses all."""
    one = np.zeros(50)
    one[7] = 1.0
    pair = Pair(mean_of(np.zeros(50)), mean_of(one), USERS)
    value, low, high = gain_interval(pair, 0, 500)
    assert value == -1.0
    assert math.isnan(low) and math.isnan(high)
    assert difference_interval(pair, 0, 500)[1] == 0.0


def test_a_difference_needs_nothing_to_divide_by() -> None:
    values = noise(8)
    assert difference_interval(Pair(mean_of(values + 0.1), mean_of(values), USERS), 0, 100) == pytest.approx((0.1, 0.1))
    turned = Pair(mean_of(values), mean_of(values + values), USERS, is_lower_better=True)
    low, high = difference_interval(turned, 0, 100)
    assert 0 < low < values.mean() < high


def test_a_draw_without_a_unit_is_no_zero() -> None:
    """One of 50 users has a unit of the second group; about exp(-1) of all draws leave that user out."""
    tally = mean_of(np.array([0.7]))
    whole, rare = drawn_together([([mean_of(noise(6))], USERS), ([tally], np.array([7]))], 0, 1000)
    assert np.isfinite(whole).all()
    assert 0.3 < np.isnan(rare).mean() < 0.43
    assert rare[~np.isnan(rare)] == pytest.approx(0.7)


def test_one_group_is_the_bootstrap_of_one_figure() -> None:
    tally = mean_of(noise(7))
    drawn = drawn_together([([tally], USERS)], 3, 300)[0][0]
    assert interval(tally, USERS, 3, 300) == tuple(np.percentile(drawn, [2.5, 97.5]))
