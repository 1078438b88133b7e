"""Implicit-feedback matrix factorisation: every item not chosen counts as a weak no, every chosen one as a strong yes.

In: which user chose which item in training. Out: item factors; a user's are solved from the items of the history at
use, by the very step that fitted the training users.

Source:
    Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.context import history_of
from tastemaker.evaluation.cooccurrence import training_rows
from tastemaker.evaluation.least_squares import Observed, solve_rows
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float32]

FACTORS = (32, 256)
CONFIDENCES = (1.0, 10.0, 40.0)
"""All six combinations are fitted, and the best on validation is taken."""
ITEMS_PER_FACTOR = 16
"""A smaller catalog than that is not given so many factors: they cost time and win nothing."""
REGULARISER = 10.0
ITERATIONS = 5
"""Alternations; twice as many change NDCG@10 by less than a twentieth."""
SEED = 0
"""Of the first factors."""
FIRST_SCALE = 0.1
"""Standard deviation of the first factors."""


@dataclass(frozen=True)
class Setting:
    """What is chosen on validation."""

    factors: int
    confidence: float
    """How much more a chosen item counts than one that is not (alpha in the paper)."""
    regulariser: float = REGULARISER
    iterations: int = ITERATIONS


@dataclass(frozen=True)
class ImplicitFactorisation:
    """Product of user and item factors; popularity without a history."""

    item_factors: FloatArray
    """`[I, F]`, 0 for an item without a training interaction."""
    counts: NDArray[np.int64]
    setting: Setting

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        pasts = [sorted({entry.item for entry in history_of(example)}) for example in examples]
        rows = np.repeat(np.arange(len(pasts)), [len(items) for items in pasts])
        chosen = np.array([item for items in pasts for item in items], dtype=np.int64)
        observed = Observed.by_row(rows, np.arange(len(chosen)), len(pasts))
        users = _solve(observed, self.item_factors[chosen], self._penalty, self.setting.confidence)
        scores: FloatArray = users @ self.item_factors.T
        scores[[not items for items in pasts]] = self.counts
        return scores

    @cached_property
    def _penalty(self) -> FloatArray:
        return _penalty(self.item_factors, self.setting.regulariser)


def implicit_variants(dataset: Dataset) -> Iterator[Callable[[], ImplicitFactorisation]]:
    """A fit for every setting that the catalog is large enough for, and for those with the fewest factors."""
    most = max(len(dataset.catalog) // ITEMS_PER_FACTOR, min(FACTORS))
    for factors, confidence in product([it for it in FACTORS if it <= most], CONFIDENCES):
        yield partial(factorise_implicit, dataset, Setting(factors, confidence))


def factorise_implicit(dataset: Dataset, setting: Setting) -> ImplicitFactorisation:
    """Alternate the weighted ridge solutions of all users' and all items' factors."""
    rows, users = training_rows(dataset)
    cells = np.unique(users * len(dataset.catalog) + dataset.items[rows])
    users, items = np.divmod(cells, len(dataset.catalog))
    by_user = Observed.by_row(users, items, len(dataset.user_ids))
    by_item = Observed.by_row(items, users, len(dataset.catalog))
    of_items = (
        np.random.default_rng(SEED).normal(0, FIRST_SCALE, (len(dataset.catalog), setting.factors)).astype(np.float32)
    )
    for _ in range(setting.iterations):
        of_users = _step(by_user, of_items, setting)
        of_items = _step(by_item, of_users, setting)
    return ImplicitFactorisation(of_items, dataset.train_counts, setting)


def _step(observed: Observed, others: FloatArray, setting: Setting) -> FloatArray:
    """Factors `[N, F]` of one side, given those of the other `[M, F]`."""
    return _solve(observed, others, _penalty(others, setting.regulariser), setting.confidence)


def _penalty(others: FloatArray, regulariser: float) -> FloatArray:
    """What every cell costs at target 0 and weight 1, observed or not, with the regulariser, `[F, F]`."""
    penalty: FloatArray = others.T @ others + regulariser * np.eye(others.shape[1], dtype=np.float32)
    return penalty


def _solve(observed: Observed, others: FloatArray, penalty: FloatArray, confidence: float) -> FloatArray:
    """Factors `[N, F]` where each observed cell has target 1 at weight `1 + confidence`.

    Weight 1 at target 0 is in the penalty already; `confidence` at target `(1 + confidence) / confidence` is the rest.
    """
    targets = np.full(len(observed.columns), (1 + confidence) / confidence, dtype=np.float32)
    return solve_rows(observed, targets, others, penalty, confidence).astype(np.float32)
