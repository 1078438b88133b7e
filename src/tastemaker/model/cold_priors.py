"""Which cold items are likely to be chosen at all: those whose like are, and those that people talk of.

A catalog holds items that nobody has chosen because they are new, and others that nobody will choose in this log: films
of a later time, goods no longer sold. One offset for all cold items cannot tell them apart, and where the second are
many, the first never reach a list. Two things can: content, by what it says of the whole catalog, and how often
training tells the item elsewhere, such as a film that dialogues recommend before anybody has watched it.

Source:
    Chernozhukov et al., "Double/debiased machine learning for treatment and structural parameters", 2018, for
    cross-fitting: every item is judged by a model that did not see it, so that its own zero does not speak against it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV  # type: ignore[import-untyped]
from sklearn.model_selection import KFold, cross_val_predict  # type: ignore[import-untyped]

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

FOLDS: Final = 5
PENALTIES: Final = tuple(10.0**power for power in range(-2, 4))
LEAST: Final = 1e-6
"""The standard deviation below which nothing is told apart."""


def cold_priors(content: FloatArray, by_place: IntArray) -> FloatArray:
    """What is known of cold items at every place, `[P, 2, I]`: by content, and by what is told of them elsewhere.

    Args:
        content: `[I, C]`, C may be 0.
        by_place: `[P, I]`, how often training tells each item at a place; one with 0 is cold there.

    Returns:
        Of cold items with mean 0 and standard deviation 1 over them; 0 of others, and where nothing tells them apart.
    """
    known: dict[bytes, FloatArray] = {}
    for counts in by_place:
        if counts.tobytes() not in known:
            known[counts.tobytes()] = by_content(content, counts)
    elsewhere = np.log1p(by_place.max(0) - by_place)
    return np.stack(
        [
            np.stack([known[counts.tobytes()], _standardised(told, counts == 0)])
            for counts, told in zip(by_place, elsewhere, strict=True)
        ]
    )


def by_content(content: FloatArray, counts: IntArray) -> FloatArray:
    """What content says of how often each item is chosen, `[I]`, by ridge regression of ln(1 + count)."""
    is_cold = counts == 0
    if not content.shape[1] or min(is_cold.sum(), (~is_cold).sum()) < FOLDS:
        return np.zeros(len(counts), dtype=np.float32)
    folds = KFold(FOLDS, shuffle=True, random_state=0)
    said = cross_val_predict(RidgeCV(PENALTIES), content.astype(np.float64), np.log1p(counts), cv=folds)
    return _standardised(said, is_cold)


def _standardised(said: NDArray[np.float64], is_cold: NDArray[np.bool_]) -> FloatArray:
    found, told = np.zeros(len(said), dtype=np.float32), said[is_cold]
    if len(told) and told.std() > LEAST:
        found[is_cold] = (told - told.mean()) / told.std()
    return found
