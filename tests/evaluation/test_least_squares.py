import numpy as np
import pytest

from tastemaker.evaluation import least_squares
from tastemaker.evaluation.least_squares import Observed, solve_rows


def oracle(x, targets, penalty, weight):
    return np.linalg.solve(weight * x.T @ x + penalty, weight * x.T @ targets)


def test_worked_example():
    # One factor, vectors 1 and 2, targets 3 and 4: p = (1 * 3 + 2 * 4) / (1 + 4 + 0.5) = 11 / 5.5 = 2.
    observed = Observed.by_row(np.array([0, 0]), np.array([0, 1]), 2)
    solved = solve_rows(observed, np.array([3.0, 4.0]), np.array([[1.0], [2.0]]), np.array([[0.5]]))
    assert solved.ravel() == pytest.approx([2.0, 0.0]), "a row without cells stays zero"


def test_cells_are_brought_in_order_of_their_rows():
    observed = Observed.by_row(np.array([2, 0, 2]), np.array([5, 6, 7]), 3)
    assert observed.starts.tolist() == [0, 1, 1, 3]
    assert observed.columns.tolist() == [6, 5, 7]
    assert observed.order.tolist() == [1, 0, 2]


@pytest.mark.parametrize("weight", [1.0, 7.0])
@pytest.mark.parametrize("cells", [16, 2**15])
def test_equals_one_regression_at_a_time(monkeypatch, weight, cells):
    """Rows of 0 to 12 cells around 5 factors, so that both forms are taken, in batches small and large."""
    monkeypatch.setattr(least_squares, "CELLS", cells)
    random = np.random.default_rng(0)
    vectors, root = random.normal(size=(30, 5)), random.normal(size=(5, 5))
    penalty = root @ root.T + np.eye(5)
    chosen = [random.choice(30, size=length, replace=False) for length in random.permutation(13)]
    rows = np.repeat(np.arange(13), [len(columns) for columns in chosen])
    shuffle = random.permutation(len(rows))
    targets = random.normal(size=len(rows))
    observed = Observed.by_row(rows[shuffle], np.concatenate(chosen)[shuffle], 13)
    solved = solve_rows(observed, targets[shuffle][observed.order], vectors, penalty, weight)
    for row, columns in enumerate(chosen):
        assert solved[row] == pytest.approx(oracle(vectors[columns], targets[rows == row], penalty, weight))


def test_is_as_precise_as_its_vectors():
    observed = Observed.by_row(np.array([0]), np.array([0]), 1)
    vectors = np.ones((1, 2), dtype=np.float32)
    assert solve_rows(observed, np.ones(1, dtype=np.float32), vectors, np.eye(2, dtype=np.float32)).dtype == np.float32
