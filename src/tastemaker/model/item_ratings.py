"""What training ratings say of each item by themselves: their mean beside that of all, shrunk where they are few.

    known_i = (sum_i - own) / (n_i - 1 + λ)        in training, `own` being the rating that is to be told, less the mean
    known_i = sum_i / (n_i + λ)                     in use

Items are many and their ratings few, so that a vector of each learns its own ratings by heart before it learns what
they have in common. A mean that leaves out the rating to be told cannot, and λ is learned where it belongs: on ratings
that the mean has not seen.

Source:
    Efron and Morris, "Stein's Paradox in Statistics", Scientific American 1977; for biases of items, Koren, Bell and
    Volinsky, "Matrix Factorization Techniques for Recommender Systems", Computer 2009.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

PRECISION: Final = 5.0
"""Where λ starts, in ratings."""


@dataclass(frozen=True)
class Tallies:
    """Training values of every item, ratings or likes."""

    sums: Tensor
    """`[I]`, of the values less their mean."""
    counts: Tensor
    """`[I]`"""
    mean: float

    @classmethod
    def of(cls, items: NDArray[np.int64], values: NDArray[np.float64], size: int) -> "Tallies":
        """Count `values` `[N]` of `items` `[N]`; `size` is I."""
        mean = float(values.mean()) if len(values) else 0.0
        sums, counts = np.bincount(items, values - mean, size), np.bincount(items, minlength=size)
        return cls(torch.from_numpy(sums).float(), torch.from_numpy(counts).float(), mean)

    @classmethod
    def none(cls, size: int) -> "Tallies":
        """Of a log without any."""
        return cls(torch.zeros(size), torch.zeros(size), 0.0)


class ItemMean(nn.Module):
    """Holds the tallies, and how far they are shrunk."""

    sums: Tensor
    counts: Tensor
    mean: Tensor

    def __init__(self, tallies: Tallies) -> None:
        super().__init__()
        self.register_buffer("sums", tallies.sums)
        self.register_buffer("counts", tallies.counts)
        self.register_buffer("mean", torch.tensor(tallies.mean))
        self.log_precision = nn.Parameter(torch.tensor(math.log(PRECISION)))

    def forward(self, items: Tensor, own: Tensor | None = None) -> Tensor:
        """What is known of `items` `[...]`; `own` values of the same shape, which training holds, are left out."""
        sums, counts = self.sums[items], self.counts[items]
        if own is not None:
            sums, counts = sums - (own - self.mean), counts - 1
        known: Tensor = sums / (counts + self.log_precision.exp())
        return known
