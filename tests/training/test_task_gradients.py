import pytest
import torch

from tastemaker.training.task_gradients import (
    gradient_cosines,
    gradient_norms,
    gramian,
    shared_parameters,
    task_gradients,
)


def test_gradients_of_tasks_and_what_they_share() -> None:
    """L0 = 3a + 4b + c, L1 = 4a - 3b + 0c, L2 = -a: all have a, the first two b, and c is moved by the first alone."""
    a, b, c, unused = (torch.tensor(1.0, requires_grad=True) for _ in range(4))
    shared = torch.stack([a, b])
    losses = [shared @ torch.tensor([3.0, 4.0]) + c, shared @ torch.tensor([4.0, -3.0]) + 0 * c, -a]
    gradients = task_gradients(losses, [a, b, c, unused])
    assert [[None if it is None else it.item() for it in gradient] for gradient in gradients] == [
        [3.0, 4.0, 1.0, None],
        [4.0, -3.0, 0.0, None],
        [-1.0, None, None, None],
    ]
    assert all(it.grad is None for it in (a, b, c))
    places = shared_parameters(gradients)
    assert places == [0, 1]
    products = gramian(gradients, places)
    assert products.tolist() == [[25.0, 0.0, -3.0], [0.0, 25.0, -4.0], [-3.0, -4.0, 1.0]]
    assert gradient_norms(products).tolist() == [5.0, 5.0, 1.0]
    assert gradient_cosines(products).flatten().tolist() == pytest.approx(
        [1.0, 0.0, -0.6, 0.0, 1.0, -0.8, -0.6, -0.8, 1.0]
    )


def test_a_gradient_of_nothing_has_no_direction() -> None:
    products = torch.tensor([[4.0, 0.0], [0.0, 0.0]], dtype=torch.float64)
    cosines = gradient_cosines(products)
    assert cosines[0, 0] == 1
    assert cosines.isnan().sum() == 3
