"""Biased matrix factorisation: a rating is mean, item bias and user bias, plus the product of two factor vectors.

In: the training ratings. Out: item biases and factors; a user's are solved from the ratings in the history at use, by
the very step that fitted the training users.

Source:
    Koren, Bell and Volinsky, "Matrix Factorization Techniques for Recommender Systems", Computer 2009, equations 4-5,
    by alternating least squares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.schema import RATING_SCALE
from tastemaker.evaluation.least_squares import Observed, solve_rows
from tastemaker.evaluation.rating_model import training_ratings

FloatArray = NDArray[np.float64]

FACTORS = (2, 4, 8, 16)
FACTOR_REGULARISERS = (5.0, 10.0, 20.0)
"""Of item factors and of user factors."""
BIAS_REGULARISERS = (1.0, 3.0, 10.0)
"""Of item and user biases."""
ITERATIONS = (5, 10, 20)
TRIALS = 20
"""Settings drawn from all combinations of the above; the best on validation is taken."""
SEED = 0
"""Of the drawn settings and of the first factors."""
FIRST_SCALE = 0.1
"""Standard deviation of the first factors."""


@dataclass(frozen=True)
class Setting:
    """What is chosen on validation."""

    factors: int
    of_items: float
    """Regulariser of item factors."""
    of_users: float
    of_biases: float
    iterations: int


@dataclass(frozen=True)
class MatrixFactorisation:
    """Ratings by biases and factors."""

    mean: float
    item_bias: FloatArray
    """`[I]`, 0 for an item without a training rating."""
    item_factors: FloatArray
    """`[I, F]`, 0 for an item without a training rating."""
    setting: Setting

    def ratings(self, history: Sequence[Entry], items: Sequence[int]) -> FloatArray:
        """Ratings that a user with this history gives to `items`."""
        rated = [(entry.item, entry.rating) for entry in history if entry.rating is not None]
        columns = np.array([item for item, _ in rated], dtype=np.int64)
        left = np.array([rating for _, rating in rated]) - self.mean - self.item_bias[columns]
        observed = Observed.by_row(np.zeros_like(columns), np.arange(len(columns)), 1)
        design, penalty = _with_ones(self.item_factors[columns]), _penalty(self.setting, self.setting.of_users)
        user = solve_rows(observed, left, design, penalty)[0]
        predicted = self.mean + self.item_bias[list(items)] + _with_ones(self.item_factors[list(items)]) @ user
        return np.asarray(np.clip(predicted, *RATING_SCALE), dtype=np.float64)


def factorisation_variants(dataset: Dataset) -> Iterator[MatrixFactorisation]:
    """`TRIALS` seeded settings, each fitted on training ratings."""
    grid = list(product(FACTORS, FACTOR_REGULARISERS, FACTOR_REGULARISERS, BIAS_REGULARISERS, ITERATIONS))
    for row in np.random.default_rng(SEED).choice(len(grid), TRIALS, replace=False):
        yield factorise(dataset, Setting(*grid[row]))


def factorise(dataset: Dataset, setting: Setting) -> MatrixFactorisation:
    """Alternate the ridge solutions of all users' and all items' biases and factors."""
    users, items, ratings = training_ratings(dataset)
    mean = float(ratings.mean())
    by_user = Observed.by_row(users, items, len(dataset.user_ids))
    by_item = Observed.by_row(items, users, len(dataset.catalog))
    of_item = np.random.default_rng(SEED).normal(0, FIRST_SCALE, (len(dataset.catalog), 1 + setting.factors))
    of_item[:, 0] = 0
    for _ in range(setting.iterations):
        of_user = _step(by_user, ratings - mean, of_item, _penalty(setting, setting.of_users))
        of_item = _step(by_item, ratings - mean, of_user, _penalty(setting, setting.of_items))
    return MatrixFactorisation(mean, of_item[:, 0], of_item[:, 1:], setting)


def _step(observed: Observed, centred: FloatArray, others: FloatArray, penalty: FloatArray) -> FloatArray:
    """Bias and factors `[N, 1 + F]` of one side, given those of the other `[M, 1 + F]`."""
    left = centred[observed.order] - others[observed.columns, 0]
    return np.asarray(solve_rows(observed, left, _with_ones(others[:, 1:]), penalty), dtype=np.float64)


def _with_ones(factors: FloatArray) -> FloatArray:
    """What a bias and factors are multiplied with, `[M, 1 + F]`."""
    return np.hstack([np.ones((len(factors), 1)), factors])


def _penalty(setting: Setting, of_factors: float) -> FloatArray:
    return np.diag([setting.of_biases, *[of_factors] * setting.factors])
