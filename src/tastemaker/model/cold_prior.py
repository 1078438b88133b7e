"""Which cold items are likely to be chosen at all: those whose like are.

A catalog holds items that nobody has chosen because they are new, and others that nobody will choose in this log: films
of a later time, goods no longer sold. One offset for all cold items cannot tell them apart, and where the second are
many, the first never reach a list. What content says of it can be learnt from the whole catalog.

Source:
    Chernozhukov et al., "Double/debiased machine learning for treatment and structural parameters", 2018, for
    cross-fitting: every item is judged by a model that did not see it, so that its own zero does not speak against it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV  # type: ignore[import-untyped]
from sklearn.model_selection import KFold, cross_val_predict  # type: ignore[import-untyped]

FOLDS: Final = 5
PENALTIES: Final = tuple(10.0**power for power in range(-2, 4))


def cold_priors(content: NDArray[np.float32], by_place: NDArray[np.int64]) -> NDArray[np.float32]:
    """`cold_prior` of every place, `[P, I]`, from how often training tells each item there, `[P, I]`."""
    known: dict[bytes, NDArray[np.float32]] = {}
    for counts in by_place:
        if (key := counts.tobytes()) not in known:
            known[key] = cold_prior(content, counts)
    return np.stack([known[counts.tobytes()] for counts in by_place])


def cold_prior(content: NDArray[np.float32], counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """What content says of how often an item is chosen, by ridge regression of ln(1 + count).

    Args:
        content: `[I, C]`, C may be 0.
        counts: `[I]`, how often training tells each item; one with 0 is cold.

    Returns:
        `[I]`: of cold items with mean 0 and standard deviation 1 over them, 0 of others; 0 of all where there is
        nothing to tell them apart by.
    """
    is_cold, nothing = counts == 0, np.zeros(len(counts), dtype=np.float32)
    if not content.shape[1] or min(is_cold.sum(), (~is_cold).sum()) < FOLDS:
        return nothing
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(RidgeCV(PENALTIES), content.astype(np.float64), np.log1p(counts), cv=folds)
    told = said[is_cold]
    if told.std() < 1e-6:
        return nothing
    nothing[is_cold] = (told - told.mean()) / told.std()
    return nothing
