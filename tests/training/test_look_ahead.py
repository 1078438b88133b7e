import pytest
import torch
from torch import Tensor

from tastemaker.training.look_ahead import Weights, look_ahead, weights_after


def test_shares_of_a_step_add_up_to_what_the_optimizer_does() -> None:
    """AdamW's next step, less what it would do with a gradient of nothing but the same second moments."""
    weight, other = torch.nn.Parameter(torch.tensor([1.0, 1.0])), torch.nn.Parameter(torch.tensor([5.0]))
    optimizer = torch.optim.AdamW([weight, other], lr=0.5, betas=(0.9, 0.98), weight_decay=0.1)
    for gradient in ([3.0, 4.0], [-1.0, 0.5]):
        weight.grad = torch.tensor(gradient)
        optimizer.step()
    optimizer.param_groups[0]["lr"] = 0.25
    before, moments = weight.detach().clone(), {name: it.clone() for name, it in optimizer.state[weight].items()}
    parts = [torch.tensor([6.0, -2.0]), torch.tensor([-1.0, 3.0])]
    joint = {"w": parts[0] + parts[1]}
    shares = [weights_after({"w": weight, "o": other}, {"w": part}, joint, optimizer) for part in parts]
    assert all(set(share) == {"w"} for share in shares), "a parameter without a gradient stays"
    assert torch.equal(weight, before)
    assert all(torch.equal(it, optimizer.state[weight][name]) for name, it in moments.items())
    assert other not in optimizer.state
    weight.grad = joint["w"]
    optimizer.step()
    second = 0.98 * moments["exp_avg_sq"] + 0.02 * joint["w"] ** 2
    rate = 0.25 / (1 - 0.9**3) / ((second / (1 - 0.98**3)).sqrt() + 1e-8)
    beside = -0.25 * 0.1 * before - rate * 0.9 * moments["exp_avg"]
    moved = sum(share["w"] - before for share in shares)
    assert (moved + beside).tolist() == pytest.approx((weight.detach() - before).tolist(), rel=1e-5)


def test_a_first_step_is_as_long_as_its_rate() -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0, 1.0, 1.0]))
    optimizer = torch.optim.AdamW([weight], lr=0.5)
    gradient = {"w": torch.tensor([6.0, -0.25, 0.0])}
    found = weights_after({"w": weight}, gradient, gradient, optimizer)
    assert found["w"].tolist() == pytest.approx([0.5, 1.5, 1.0])
    assert not optimizer.state


def test_affinity_is_the_share_of_its_loss_that_a_task_loses() -> None:
    """L0 = w², L1 = (w - 2)² at w = 1 with steps on either: to 0.5 and to 1.5."""

    def losses(weights: Weights) -> Tensor:
        return torch.stack([weights["w"] ** 2, (weights["w"] - 2) ** 2])

    one = {"w": torch.tensor(1.0, requires_grad=True)}
    found = look_ahead(losses, losses(one).detach(), [{"w": torch.tensor(0.5)}, {"w": torch.tensor(1.5)}])
    # A step on 0: its loss falls from 1 to .25, the other's rises from 1 to 2.25; and the other way round.
    assert found.tolist() == [[0.75, -1.25], [-1.25, 0.75]]
    assert not found.requires_grad
