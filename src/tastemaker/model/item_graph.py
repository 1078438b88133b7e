"""The item graph: which items followed which in training histories, as evidence beside the network's own score.

A sequence model with one vector per item forgets pairs that were seen once or twice; a table of pairs does not, and
knows nothing else. The score of an item is therefore the network's logit plus a weighted term of the graph, as language
models are interpolated with a memory of their training text:

    score(i | h) = s(i | h) + w log(1 + SCALE q(i | h)),   q(i | h) ∝ Σ_k RECENCY^k G[h_k, i]

where `h_k` are the history's last items, the latest first, and `G[a, b]` sums up how often `b` stood behind `a`, and,
counting less, before it, over `n_a n_b^POPULARITY` with the items' counts `n`. The one weight `w` is found on
validation targets (`tastemaker.training.calibration`); training does not see the graph, whose every pair is a target.

Source:
    Jannach and Ludewig, "When Recurrent Neural Networks meet the Neighborhood for Session-Based Recommendation",
    RecSys 2017; Khandelwal et al., "Generalization through Memorization: Nearest Neighbor Language Models", ICLR 2020.
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.model.edges import Edges, EdgeTerm

IntArray = NDArray[np.int64]

WINDOW: Final = 20
"""Two items are joined that stand at most so many places apart."""
DISTANCE: Final = 0.9
"""What a pair counts for each place that it is further apart than neighbours."""
BACKWARD: Final = 0.8
"""What a pair counts against the order in which it was seen."""
POPULARITY: Final = 0.3
"""How far an item is discounted for being everywhere; 1 would be a lift, 0 a count."""
SCALE: Final = 100.0


def graph_edges(items: IntArray, users: IntArray, size: int) -> Edges:
    """Join the interactions `items` `[N]` of `users` `[N]`, each user's in a row and in order; `size` is I."""
    codes, weights = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for gap in range(1, WINDOW + 1):
        same = users[:-gap] == users[gap:]
        first, second = items[:-gap][same], items[gap:][same]
        for start, end, weight in ((first, second, 1.0), (second, first, BACKWARD)):
            codes.append(start * size + end)
            weights.append(np.full(len(start), weight * DISTANCE ** (gap - 1)))
    joined, places = np.unique(np.concatenate(codes), return_inverse=True)
    counts = np.bincount(items, minlength=size)
    expected = counts[joined // size] * counts[joined % size] ** POPULARITY
    shares = np.bincount(places, np.concatenate(weights), len(joined)) / expected
    starts = np.searchsorted(joined, np.arange(size + 1) * size)
    return Edges(torch.from_numpy(starts), torch.from_numpy(joined % size), torch.from_numpy(shares).float())


class ItemGraph(EdgeTerm):
    """Looks up what followed a history's last items."""

    def forward(self, histories: Tensor) -> Tensor:
        """Return `log(1 + SCALE q)` `[N, I]` for `histories` `[N, T]` of item rows, padded with -1 anywhere."""
        found, _ = self.look_up(histories)
        return found.mul_(SCALE / found.sum(1, keepdim=True).clamp_min(1e-9)).log1p_()
