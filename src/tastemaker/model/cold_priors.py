"""Which cold items are likely to be chosen at all: those whose like are, and those that people talk of.

A catalog holds items that nobody has chosen because they are new, and others that nobody will choose in this log: films
of a later time, goods no longer sold. The odds of all cold items together cannot tell them apart, and where the second
are many, the first never reach a list. Two things can: what the catalog says of an item, by what it says of all others,
and how often training tells the item elsewhere, such as a film that dialogues recommend before anybody has watched it.

Source:
    Chernozhukov et al., "Double/debiased machine learning for treatment and structural parameters", 2018, for
    cross-fitting: every item is judged by a model that did not see it, so that its own zero does not speak against it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import PoissonRegressor  # type: ignore[import-untyped]
from sklearn.model_selection import KFold, cross_val_predict  # type: ignore[import-untyped]

from tastemaker.data.catalog import Catalog
from tastemaker.data.fact_numbers import FactNumbers

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

FOLDS: Final = 5
PENALTY: Final = 0.003
"""On squared coefficients."""
SPREAD: Final = 0.3
"""The standard deviation of content's entries beside facts, which is that of a fact that one item in ten has."""
HOLDERS: Final = 10
"""Of a fact that is told of fewer items nothing is learnt."""
LEAST: Final = 1e-6
"""The standard deviation below which nothing is told apart."""


def cold_priors(content: FloatArray, catalog: Catalog, by_place: IntArray) -> FloatArray:
    """What is known of cold items at every place, `[P, 2, I]`: by the catalog, and by what is told of them elsewhere.

    Args:
        content: `[I, C]`, C may be 0.
        catalog: the items, whose attributes count beside their content.
        by_place: `[P, I]`, how often training tells each item at a place; one with 0 is cold there.

    Returns:
        Of cold items with mean 0 and standard deviation 1 over them; 0 of others, and where nothing tells them apart.
    """
    features, known = told_by(content, catalog), dict[bytes, FloatArray]()
    for counts in by_place:
        if counts.tobytes() not in known:
            known[counts.tobytes()] = by_catalog(features, counts)
    elsewhere = np.log1p(by_place.max(0) - by_place)
    return np.stack(
        [
            np.stack([known[counts.tobytes()], _standardised(told, counts == 0)])
            for counts, told in zip(by_place, elsewhere, strict=True)
        ]
    )


def told_by(content: FloatArray, catalog: Catalog) -> csr_matrix:
    """What the catalog tells of every item, `[I, C + F]`: its content vector, and which facts are true of it.

    Without content there are no columns: cold items then rank last, whatever is told of them.
    """
    if not content.shape[1]:
        return csr_matrix((len(content), 0))
    facts, rows = FactNumbers(catalog).holders(catalog)
    held = csr_matrix((np.ones(len(rows)), (rows, facts)), shape=(len(catalog), int(facts.max(initial=-1)) + 1))
    centred = content - content.mean(0)
    scaled = centred * (SPREAD / max(float(centred.std()), LEAST))
    return hstack([csr_matrix(scaled), held[:, np.asarray(held.sum(0)).ravel() >= HOLDERS]], format="csr")


def by_catalog(features: csr_matrix, counts: IntArray) -> FloatArray:
    """The logarithm of how often each item is likely to be chosen, `[I]`, by Poisson regression of ln(1 + count)."""
    is_cold = counts == 0
    if not features.shape[1] or min(is_cold.sum(), (~is_cold).sum()) < FOLDS:
        return np.zeros(len(counts), dtype=np.float32)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    model = PoissonRegressor(alpha=PENALTY, max_iter=500, tol=1e-3)
    said = cross_val_predict(model, features, np.log1p(counts), cv=folds)
    return _standardised(np.log(np.maximum(said, LEAST)), is_cold)


def _standardised(said: NDArray[np.float64], is_cold: NDArray[np.bool_]) -> FloatArray:
    found, told = np.zeros(len(said), dtype=np.float32), said[is_cold]
    if len(told) and told.std() > LEAST:
        found[is_cold] = (told - told.mean()) / told.std()
    return found
