import numpy as np
import pytest
import torch

from tastemaker.model.rated_past import RatedPast

PRECISION = torch.tensor([2.0, 5.0, 5.0])


def ridge(designs: torch.Tensor, left: torch.Tensor, mean: torch.Tensor) -> np.ndarray:
    """The least squares of data and prior, stacked as rows."""
    root = PRECISION.sqrt()
    rows = np.vstack((designs.numpy(), np.diag(root.numpy())))
    return np.linalg.lstsq(rows, np.concatenate((left.numpy(), (root * mean).numpy())), rcond=None)[0]


def test_one_rating_by_hand() -> None:
    past = RatedPast.of(torch.ones(1, 1, 1), torch.tensor([[1.5]]), torch.ones(1, 1, dtype=torch.bool))
    user = past.user(torch.tensor([[0.3]]), torch.tensor([2.0]))
    assert float(user) == pytest.approx((2.0 * 0.3 + 1.5) / (2.0 + 1.0))


def test_without_a_rating_the_user_is_the_prior() -> None:
    past = RatedPast.of(torch.randn(1, 2, 3), torch.randn(1, 2), torch.zeros(1, 2, dtype=torch.bool))
    mean = torch.tensor([[0.1, -0.2, 0.3], [1.0, 0.0, 2.0]])
    assert torch.allclose(past.user(mean, PRECISION), mean)


def test_every_position_equals_a_ridge_regression_over_the_ratings_up_to_it() -> None:
    random = torch.Generator().manual_seed(3)
    designs, left = torch.randn(2, 6, 3, generator=random), torch.randn(2, 6, generator=random)
    mean = torch.randn(12, 3, generator=random)
    is_rated = torch.tensor([[0, 1, 1, 0, 1, 1], [1, 1, 1, 1, 1, 0]], dtype=torch.bool)
    users = RatedPast.of(designs, left, is_rated).user(mean, PRECISION).unflatten(0, (2, 6))
    for row in range(2):
        for position in range(6):
            rated = is_rated[row, : position + 1]
            expected = ridge(
                designs[row, : position + 1][rated], left[row, : position + 1][rated], mean[row * 6 + position]
            )
            np.testing.assert_allclose(users[row, position].numpy(), expected, rtol=1e-4, atol=1e-5)


def test_some_positions_are_taken_as_they_are() -> None:
    past = RatedPast.of(torch.randn(2, 4, 3), torch.randn(2, 4), torch.ones(2, 4, dtype=torch.bool))
    some = past.at(torch.tensor([5, 0]))
    assert torch.equal(some.gram, past.gram[[5, 0]]) and torch.equal(some.moment, past.moment[[5, 0]])
