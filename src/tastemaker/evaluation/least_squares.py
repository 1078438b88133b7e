"""Many small ridge regressions over one table of vectors: the step of factorisation by alternating least squares.

Every row `u` has some columns `j` with a target `t_uj`, and gets the `p` that minimises
`weight * sum_j (t_uj - p @ x_j) ** 2 + p @ S @ p`, where `S` is the penalty. Rows of about equal length are solved
together. A row with fewer columns than factors is solved in its columns, by the push-through identity:
`(S + w X'X)^-1 w X't = S^-1 X' (I / w + X S^-1 X')^-1 t`.

Source:
    Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, equation 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.floating[Any]]

CELLS = 2**15
"""Most entries, padding included, that are solved together."""
ROWS = 1024
"""Most rows that are solved together."""


@dataclass(frozen=True)
class Observed:
    """The observed cells of a sparse matrix `[N, M]`, row by row."""

    starts: IntArray
    """`[N + 1]`: row `u` owns the cells `starts[u]:starts[u + 1]`."""
    columns: IntArray
    """`[cells]`"""
    order: IntArray
    """`[cells]`: where each cell stood in the arrays that `by_row` was given, to bring targets into the same order."""

    @classmethod
    def by_row(cls, rows: IntArray, columns: IntArray, size: int) -> "Observed":
        """Sort cells `(rows, columns)` into `size` rows."""
        order = np.argsort(rows, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))
        return cls(starts.astype(np.int64), columns[order], order)


def solve_rows(
    observed: Observed, targets: FloatArray, vectors: FloatArray, penalty: FloatArray, weight: float = 1.0
) -> FloatArray:
    """Solve one ridge regression for every row.

    Args:
        observed: which columns each of `N` rows has.
        targets: `[cells]`, in the order of `observed.columns`.
        vectors: `[M, F]`, the vector of every column.
        penalty: `[F, F]`, positive definite.
        weight: of every observed cell.

    Returns:
        `[N, F]`, zero for a row without cells, as precise as `vectors`.
    """
    solved = np.zeros((len(observed.starts) - 1, vectors.shape[1]), dtype=vectors.dtype)
    smoothed = np.linalg.solve(penalty, vectors.T).T
    for rows, length in _batches(np.diff(observed.starts)):
        cells = observed.starts[rows, None] + np.arange(length)
        is_real = cells < observed.starts[rows + 1, None]
        cells = np.where(is_real, cells, 0)
        columns, goal = observed.columns[cells], np.where(is_real, targets[cells], 0)[..., None]
        x = vectors[columns] * is_real[..., None]
        if length < vectors.shape[1]:
            half = smoothed[columns] * is_real[..., None]
            dual = np.linalg.solve(x @ half.transpose(0, 2, 1) + np.eye(length, dtype=x.dtype) / weight, goal)
            solved[rows] = (half.transpose(0, 2, 1) @ dual)[..., 0]
        else:
            across = x.transpose(0, 2, 1)
            solved[rows] = np.linalg.solve(weight * (across @ x) + penalty, weight * (across @ goal))[..., 0]
    return solved


def _batches(lengths: IntArray) -> Iterator[tuple[IntArray, int]]:
    """Rows with at least one cell, the longest first, in batches beside the length of their longest."""
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        stop = start + min(ROWS, max(1, CELLS // longest))
        yield order[start:stop], longest
        start = stop
