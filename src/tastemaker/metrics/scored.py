"""Ratings and likes: predicted values against the true ones."""

from dataclasses import dataclass

import numpy as np

from tastemaker.metrics.tally import FloatArray, Tally, ratio_of, share


@dataclass(frozen=True)
class Scored:
    """Predicted and true values, both `[M]`: ratings, or the probability of a like and 1 or 0."""

    predicted: FloatArray
    true: FloatArray


def rmse(scored: Scored) -> Tally:
    """Root of the mean squared error."""
    squared = (scored.predicted - scored.true) ** 2
    parts = np.stack([squared, np.ones(len(squared))], axis=1)
    return Tally(parts, lambda sums: np.sqrt(share(sums[..., 0], sums[..., 1])))


def mae(scored: Scored) -> Tally:
    """Mean absolute error."""
    return ratio_of(np.abs(scored.predicted - scored.true), np.ones(len(scored.true)))


def precision(scored: Scored) -> Tally:
    """Share of those called positive that are; 0 where none is called so."""
    said, holds = scored.predicted >= 0.5, scored.true >= 0.5
    return ratio_of((said & holds).astype(np.float64), said.astype(np.float64))


def recall(scored: Scored) -> Tally:
    """Share of the positives that are called so; 0 where there is none."""
    said, holds = scored.predicted >= 0.5, scored.true >= 0.5
    return ratio_of((said & holds).astype(np.float64), holds.astype(np.float64))


def f1(scored: Scored) -> Tally:
    """Harmonic mean of precision and recall: `2 tp / (said + holds)`."""
    said, holds = scored.predicted >= 0.5, scored.true >= 0.5
    return ratio_of((said & holds) * np.float64(2), said.astype(np.float64) + holds)
