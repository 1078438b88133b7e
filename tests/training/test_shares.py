import pytest

from tastemaker.training.config import TrainingConfig
from tastemaker.training.shares import Progress, token_shares


def test_shares_follow_sizes_and_even_out_with_temperature() -> None:
    assert token_shares([100, 300], 8000, TrainingConfig()) == [2000, 6000]
    assert token_shares([100, 10_000], 1100, TrainingConfig(mixture_temperature=2.0)) == [100, 1000]
    assert token_shares([100, 300], 8000, TrainingConfig(mixture_temperature=1e9)) == [4000, 4000]


def test_named_mixtures_need_no_temperature() -> None:
    proportional, uniform = (
        TrainingConfig(mixture=name, mixture_temperature=3.0) for name in ("proportional", "uniform")
    )
    assert token_shares([100, 300], 8000, proportional) == [2000, 6000]
    assert token_shares([100, 300], 8000, uniform) == [4000, 4000]


def test_a_huge_group_counts_as_no_more_than_the_cap() -> None:
    assert token_shares([100, 9_900], 1000, TrainingConfig(mixture_cap=300)) == [250, 750]
    assert token_shares([100, 9_900], 1000, TrainingConfig(mixture_cap=20_000)) == [10, 990]
    assert token_shares([100, 9_900], 1000, TrainingConfig(mixture_cap=1)) == [500, 500]


def test_every_group_gets_a_position() -> None:
    assert token_shares([1, 10**9], 100, TrainingConfig()) == [1, 100]


def test_what_is_left_multiplies_a_share() -> None:
    """Left are .9 and .3, of a mean of .6: rates 1.5 and .5; with a strength of 2 they are 2.25 and .25."""
    progress = TrainingConfig(mixture="progress")
    assert token_shares([100, 100], 1000, progress, [0.9, 0.3]) == [750, 250]
    assert token_shares([100, 300], 1000, progress, [0.9, 0.3]) == [500, 500]
    squared = TrainingConfig(mixture="progress", mixture_strength=2.0)
    assert token_shares([100, 100], 1000, squared, [0.9, 0.3]) == [900, 100]
    assert token_shares([100, 100], 1000, TrainingConfig(mixture="progress", mixture_strength=0.0), [0.9, 0.3]) == [
        500,
        500,
    ]
    assert token_shares([100, 100], 1000, progress) == [500, 500], "before the first validation"


def test_a_group_may_be_given_more() -> None:
    assert token_shares([100, 300], 8000, TrainingConfig(), weights=[1.0, 5.0]) == [500, 7500]
    assert token_shares([1, 300], 800, TrainingConfig(mixture="uniform"), weights=[3.0, 1.0]) == [600, 200]
    progress = TrainingConfig(mixture="progress")
    assert token_shares([100, 100], 1000, progress, [0.9, 0.3], [1.0, 3.0]) == [500, 500]


def test_no_group_is_starved() -> None:
    """The rate of the second would be 1e-6; a quarter is the least."""
    shares = token_shares([100, 100], 1000, TrainingConfig(mixture="progress", mixture_strength=10.0), [0.9, 0.3])
    assert shares == [round(1000 * 4 / 4.25), round(1000 * 0.25 / 4.25)]
    assert token_shares([100, 100], 1000, TrainingConfig(mixture="progress"), [0.0, 0.0]) == [500, 500]


def test_other_rules_leave_progress_out() -> None:
    assert token_shares([100, 100], 1000, TrainingConfig(), [0.9, 0.3]) == [500, 500]


def test_progress_is_the_mean_of_what_is_left_of_first_losses() -> None:
    progress = Progress()
    assert progress.left == 1.0
    progress.update({"rating": 2.0, "like": 0.5})
    assert progress.left == 1.0
    progress.update({"rating": 1.0, "like": 0.4})
    assert progress.left == pytest.approx((1.0 / 2.0 + 0.4 / 0.5) / 2)


def test_a_loss_that_rises_again_is_not_behind() -> None:
    progress = Progress()
    for loss in (1.0, 0.6, 0.8):
        progress.update({"next_item": loss})
    assert progress.left == pytest.approx(0.6)


def test_a_task_that_never_had_a_loss_says_nothing() -> None:
    progress = Progress()
    progress.update({"like": 0.0, "rating": 1.0})
    progress.update({"like": 0.0, "rating": 0.5})
    assert progress.left == pytest.approx(0.5)
