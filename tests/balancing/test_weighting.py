"""Loss weightings against their formulas, with the recipe's weights."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from tastemaker.balancing import WEIGHTINGS, Given
from tastemaker.balancing.config import BalancingConfig
from tastemaker.balancing.dwa import DynamicWeightAverage
from tastemaker.balancing.famo import FastAdaptive
from tastemaker.balancing.geometric_mean import GeometricMean
from tastemaker.balancing.gradnorm import GradNorm
from tastemaker.balancing.imtl_l import ScaledLosses
from tastemaker.balancing.stch import SmoothTchebycheff
from tastemaker.balancing.weighting import LOG_BOUND, Fixed, LossWeighting, Uncertainty
from tests.balancing.methods import WEIGHTS

LOSSES = torch.tensor([0.5, 2.0, 1.0])


def again(losses: Tensor) -> Callable[[], Tensor]:
    return lambda: losses


def used(weighting: LossWeighting, losses: Tensor) -> list[float]:
    """The factors of the losses in the gradient."""
    weighting(losses.clone().requires_grad_())
    return weighting.weights().tolist()


@pytest.mark.parametrize("name", WEIGHTINGS)
def test_weights_are_the_gradient_of_the_loss(name: str) -> None:
    losses = LOSSES.clone().requires_grad_()
    weighting = WEIGHTINGS[name](Given(WEIGHTS, BalancingConfig(name)))
    (gradient,) = torch.autograd.grad(weighting(losses), losses)
    assert torch.equal(gradient, weighting.weights())
    assert bool(gradient.isfinite().all()) and bool((gradient > 0).all())


@pytest.mark.parametrize("name", [name for name in WEIGHTINGS if name not in ("random", "stch")])
def test_the_weight_of_a_task_multiplies_what_the_method_gives_it(name: str) -> None:
    plain, weighted = (WEIGHTINGS[name](Given(it, BalancingConfig(name))) for it in (torch.ones(3), WEIGHTS))
    expected = torch.tensor(used(plain, LOSSES)) * WEIGHTS
    assert torch.allclose(torch.tensor(used(weighted, LOSSES)), expected)


def test_fixed_is_the_weighted_sum() -> None:
    assert float(Fixed(WEIGHTS)(LOSSES)) == 1.0 * 0.5 + 0.5 * 2.0 + 2.0 * 1.0


@pytest.mark.parametrize(("method", "at_rest"), [(Uncertainty, 0.5), (ScaledLosses, 1.0)])
@pytest.mark.parametrize("given", [1.0, 3.0])
def test_learned_scales_end_at_one_over_the_loss_within_their_bounds(
    method: type[Uncertainty] | type[ScaledLosses], at_rest: float, given: float
) -> None:
    """λ / L, times a half for the uncertainty; λ stays what it is, and nothing goes beyond e^±3."""
    weighting = method(torch.tensor([1.0, given, 1.0]))
    optimizer = torch.optim.SGD(weighting.parameters(), lr=0.2)
    for _ in range(150):
        optimizer.zero_grad()
        torch.autograd.backward(weighting(torch.tensor([1.0, 2.0, 1e4])))
        optimizer.step()
        weighting.after_step(again(LOSSES))
    easy, medium, hard = used(weighting, torch.tensor([1.0, 2.0, 1e4]))
    assert easy == pytest.approx(at_rest, abs=0.01)
    assert medium == pytest.approx(given * at_rest / 2, abs=0.01 * given)
    assert hard == pytest.approx(at_rest * math.exp(-LOG_BOUND))


def test_uncertainty_begins_with_half_the_sum() -> None:
    assert float(Uncertainty(torch.ones(2))(torch.tensor([1.0, 3.0])).detach()) == 0.5 * 1.0 + 0.5 * 3.0


def test_dwa_gives_more_to_the_loss_that_fell_less_from_the_third_window_on() -> None:
    """Means 1 and 1, then .5 and 1: rates .5 and 1, so that w = 2 softmax((.25, .5)) at temperature 2."""
    weighting = DynamicWeightAverage(torch.tensor([1.0, 3.0]), window=2, temperature=2.0)
    for losses in ([0.9, 1.0], [1.1, 1.0], [0.5, 1.0], [0.5, 1.0]):
        assert used(weighting, torch.tensor(losses)) == [1.0, 3.0]
        weighting.after_step(again(LOSSES))
    share = 1 / (1 + math.exp(0.25))
    assert used(weighting, torch.tensor([0.5, 1.0])) == pytest.approx([2 * share, 3 * 2 * (1 - share)], rel=1e-5)


def test_dwa_closes_no_window_without_a_loss() -> None:
    weighting = DynamicWeightAverage(torch.ones(2), window=1, temperature=2.0)
    for losses in ([1.0, 1.0], None, [0.5, 1.0], [0.5, 1.0]):
        if losses is not None:
            assert all(map(math.isfinite, used(weighting, torch.tensor(losses))))
        weighting.after_step(again(LOSSES))
    assert weighting.means.isfinite().all()


def test_famo_gives_more_to_the_loss_that_fell_less() -> None:
    weighting = FastAdaptive(torch.ones(3), rate=0.1)
    even = used(weighting, LOSSES)
    assert even == pytest.approx((1 / LOSSES / (1 / LOSSES).sum()).tolist(), rel=1e-4), "z = 1/3: c z / L, of sum 1"
    weighting.after_step(again(LOSSES * torch.tensor([0.9, 0.5, 0.9])))
    later = used(weighting, LOSSES)
    assert later[1] < even[1] and later[0] > even[0] and sum(later) == pytest.approx(1)


def test_famo_does_not_judge_a_task_by_a_step_without_it() -> None:
    weighting = FastAdaptive(torch.ones(3), rate=0.1)
    weighting(torch.tensor([0.5, 0.0, 1.0]))
    weighting.after_step(again(torch.tensor([0.45, 0.1, 0.5])))
    first, second, third = weighting.scalarizer._w.tolist()
    assert first == pytest.approx(0.1, rel=0.01) and third == pytest.approx(-0.1, rel=0.01)
    assert abs(second) < 0.09


def test_famo_weighs_those_that_are_there_as_if_there_were_no_others() -> None:
    """z / L over its sum: 2 and 1 of 3, whatever the task that is missing stands for."""
    assert used(FastAdaptive(torch.ones(3), rate=0.1), torch.tensor([0.5, 1.0, 0.0]))[:2] == pytest.approx(
        [2 / 3, 1 / 3]
    )
    assert used(FastAdaptive(torch.ones(3), rate=0.1), torch.tensor([0.0, 0.76, 0.0]))[1] == pytest.approx(1.0)


def test_famo_goes_on_from_its_state() -> None:
    whole, resumed = (FastAdaptive(torch.ones(3), rate=0.1) for _ in range(2))
    whole(LOSSES)
    whole.after_step(again(LOSSES * 0.9))
    resumed.load_state_dict(whole.state_dict())
    for weighting in (whole, resumed):
        weighting(LOSSES)
        weighting.after_step(again(LOSSES * torch.tensor([0.9, 0.5, 0.9])))
    assert torch.equal(whole.scalarizer._w, resumed.scalarizer._w)


def test_the_geometric_mean() -> None:
    assert float(GeometricMean(torch.ones(3))(torch.tensor([0.5, 2.0, 8.0]))) == pytest.approx(2.0)


def test_smooth_tchebycheff_looks_at_the_worst_task() -> None:
    weights = used(SmoothTchebycheff(torch.ones(3), mu=0.1), LOSSES)
    assert weights[1] > 0.99 and sum(weights) == pytest.approx(1)
    preferred = used(SmoothTchebycheff(torch.tensor([9.0, 1.0, 1.0]), mu=0.1), LOSSES)
    assert preferred[0] > preferred[1], "4.5 in units of the mean weight against 2"


def test_gradnorm_moves_weights_towards_equal_gradients_and_keeps_their_sum() -> None:
    """Norms 1 and 3 at equal rates: the mean is 2, so the first is to grow and the second to shrink."""
    weighting = GradNorm(torch.ones(2), alpha=1.5)
    weighting.before_backward(lambda: torch.tensor([[1.0, 0.0], [0.0, 3.0]]))
    losses = torch.ones(2, requires_grad=True)
    loss = weighting(losses)
    assert float(loss.detach()) == 2.0
    torch.autograd.backward(loss)
    gradient = weighting.factors.grad
    assert gradient is not None and gradient.tolist() == [-1.0 / 2.0, 3.0 / 2.0]
    with torch.no_grad():
        weighting.factors -= 0.2 * gradient
    weighting.after_step(again(losses))
    assert weighting.factors.tolist() == pytest.approx([1.1 * 2 / 1.8, 0.7 * 2 / 1.8])


def test_gradnorm_helps_the_task_that_learns_more_slowly() -> None:
    weighting = GradNorm(torch.ones(2), alpha=1.5)
    same = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    for losses in ([1.0, 1.0], [0.5, 0.9]):
        weighting.zero_grad()
        weighting.before_backward(lambda: same)
        torch.autograd.backward(weighting(torch.tensor(losses, requires_grad=True)))
    gradient = weighting.factors.grad
    assert gradient is not None and gradient[0] > 0 > gradient[1]


def test_gradnorm_measures_tasks_that_take_turns_by_what_others_were() -> None:
    """Norms 1 and 3 as above, one task a step."""
    weighting = GradNorm(torch.ones(2), alpha=1.5)
    for losses, gradient in (([1.0, 0.0], [[1.0], [0.0]]), ([0.0, 1.0], [[0.0], [3.0]]), ([1.0, 0.0], [[1.0], [0.0]])):
        weighting.zero_grad()
        weighting.before_backward(lambda told=gradient: torch.tensor(told))  # type: ignore[misc]
        torch.autograd.backward(weighting(torch.tensor(losses, requires_grad=True)))
    gradient = weighting.factors.grad
    assert gradient is not None and gradient.tolist() == [-1.0 / 2.0, 0.0], "the second has no part in this step"


def test_gradnorm_forgets_what_was_not_finite() -> None:
    weighting = GradNorm(torch.ones(2), alpha=1.5)
    overflown = [[0.0], [math.inf]]
    steps = (([1.0, 1.0], [[1.0], [3.0]]), ([0.0, 1.0], overflown), ([1.0, 0.0], [[1.0], [0.0]]))
    for losses, gradient in steps:
        weighting.zero_grad()
        weighting.before_backward(lambda told=gradient: torch.tensor(told))  # type: ignore[misc]
        torch.autograd.backward(weighting(torch.tensor(losses, requires_grad=True)))
    assert weighting.factors.grad is not None and weighting.factors.grad.isfinite().all()
    assert weighting.norms.tolist() == [1.0, 3.0]


def test_famo_learns_nothing_of_a_task_alone() -> None:
    weighting = FastAdaptive(torch.ones(2), rate=0.1)
    before = weighting.scalarizer._w.clone()
    weighting(torch.tensor([1.0, 0.0]))
    weighting.after_step(again(torch.tensor([0.5, 0.0])))
    assert torch.equal(weighting.scalarizer._w, before)
