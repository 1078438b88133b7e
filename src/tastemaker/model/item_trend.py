"""The item trend: whether an item is met late in training histories, as evidence of what comes next.

Catalogs age. What is to be predicted stands behind the end of every history, while training counts all of its places
alike, so that items whose time is over keep too high a score and risers one too low. The score of every item gets

    w trend_i,   trend_i = log((n_i^late + PRIOR) / (p n_i + PRIOR))

with n_i an item's training interactions, n_i^late those among the last `LATE` of their history, and p the share of
such places. Places in histories serve, not times: many logs have none. The one weight w is found on validation targets
(`tastemaker.training.calibration`).

Source:
    Koren, "Collaborative Filtering with Temporal Dynamics", KDD 2009, for item biases that drift.
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tastemaker.model.batch import PLACES

IntArray = NDArray[np.int64]

LATE: Final = 3
"""How many of a history's last interactions are late."""
PRIOR: Final = 4.0
"""Late interactions, as expected, that are added to what was counted."""


def trends(items: IntArray, users: IntArray, size: int) -> Tensor:
    """The trend `[I]` of every item, from the interactions `items` `[N]` of `users` `[N]`; `size` is I.

    Users stand by number and each one's interactions in order. An item without any has a trend of 0.
    """
    ends = np.bincount(users).cumsum()
    is_late = ends[users] - np.arange(len(users)) <= LATE
    counts, late = np.bincount(items, minlength=size), np.bincount(items[is_late], minlength=size)
    expected = counts * (is_late.mean() if len(users) else 0.0)
    return torch.from_numpy(np.log((late + PRIOR) / (expected + PRIOR))).float()


class ItemTrend(nn.Module):
    """Holds the trends, and how much they weigh."""

    values: Tensor
    weight: Tensor
    """By `PLACES`."""

    def __init__(self, values: Tensor) -> None:
        """Take `values` `[I]`; all zero says nothing."""
        super().__init__()
        self.register_buffer("values", values)
        self.register_buffer("weight", torch.zeros(len(PLACES)))

    @property
    def is_informed(self) -> bool:
        """Whether any item has a trend."""
        return bool(self.values.any())

    def forward(self, histories: Tensor) -> Tensor:
        """The trends `[1, I]`, whatever the `histories` `[N, T]`."""
        return self.values.unsqueeze(0)
