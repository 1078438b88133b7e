import math

import pytest
import torch
from torch import nn

from tastemaker.balancing import BALANCERS
from tastemaker.balancing.weighting import LOG_VARIANCE_BOUND, Fixed, Uncertainty

LOSSES = torch.tensor([0.5, 2.0, 1.0])
WEIGHTS = torch.tensor([1.0, 0.5, 2.0])


@pytest.mark.parametrize("name", BALANCERS)
def test_every_balancer_is_finite_and_knows_no_order(name: str) -> None:
    balancer, shuffled = BALANCERS[name](WEIGHTS), BALANCERS[name](WEIGHTS[[2, 0, 1]])
    loss = balancer(LOSSES)
    assert loss.ndim == 0 and bool(torch.isfinite(loss))
    assert torch.allclose(loss, shuffled(LOSSES[[2, 0, 1]]))
    assert torch.allclose(balancer.weights()[[2, 0, 1]], shuffled.weights())


@pytest.mark.parametrize("name", BALANCERS)
def test_weights_are_the_gradient_of_the_loss(name: str) -> None:
    losses = LOSSES.clone().requires_grad_()
    balancer = BALANCERS[name](WEIGHTS)
    (gradient,) = torch.autograd.grad(balancer(losses), losses)
    assert torch.allclose(gradient, balancer.weights())


@pytest.mark.parametrize("name", BALANCERS)
def test_all_that_a_balancer_holds_is_where_the_weights_are(name: str) -> None:
    balancer = BALANCERS[name](torch.ones(2, device="meta"))
    assert isinstance(balancer, nn.Module)
    assert {tensor.device.type for tensor in balancer.state_dict().values()} == {"meta"}


def test_fixed_is_the_weighted_sum() -> None:
    assert float(Fixed(WEIGHTS)(LOSSES)) == 1.0 * 0.5 + 0.5 * 2.0 + 2.0 * 1.0


def test_uncertainty_learns_to_weigh_a_hopeless_loss_less_within_its_bounds() -> None:
    balancer = Uncertainty(torch.ones(2))
    assert float(balancer(torch.tensor([1.0, 3.0])).detach()) == 0.5 * 1.0 + 0.5 * 3.0
    optimizer = torch.optim.SGD(balancer.parameters(), lr=0.5)
    for _ in range(200):
        optimizer.zero_grad()
        torch.autograd.backward(balancer(torch.tensor([1.0, 1e4])))
        optimizer.step()
        balancer.after_step()
    assert isinstance(balancer.scalarizer, nn.Module)
    easy, hard = balancer.weights().tolist()
    assert easy == pytest.approx(0.5, abs=0.01)
    assert hard == pytest.approx(math.exp(-LOG_VARIANCE_BOUND) / 2)
