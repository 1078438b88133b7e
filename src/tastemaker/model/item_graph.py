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

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

IntArray = NDArray[np.int64]

WINDOW: Final = 20
"""Two items are joined that stand at most so many places apart."""
DISTANCE: Final = 0.9
"""What a pair counts for each place that it is further apart than neighbours."""
BACKWARD: Final = 0.8
"""What a pair counts against the order in which it was seen."""
POPULARITY: Final = 0.3
"""How far an item is discounted for being everywhere; 1 would be a lift, 0 a count."""
LATEST: Final = 10
"""How many of a history's last items are looked up."""
RECENCY: Final = 0.9
"""What an item counts for each place that it lies back."""
SCALE: Final = 100.0


@dataclass(frozen=True)
class Edges:
    """The graph in compressed rows: what is joined to item `a` stands from `starts[a]` to `starts[a + 1]`."""

    starts: Tensor
    """`[I + 1]`"""
    ends: Tensor
    """`[E]`, item rows."""
    weights: Tensor
    """`[E]`"""

    @classmethod
    def none(cls, items: int) -> "Edges":
        """A graph without edges."""
        return cls(torch.zeros(items + 1, dtype=torch.long), torch.zeros(0, dtype=torch.long), torch.zeros(0))

    @classmethod
    def of(cls, items: IntArray, users: IntArray, size: int) -> "Edges":
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
        return cls(torch.from_numpy(starts), torch.from_numpy(joined % size), torch.from_numpy(shares).float())


class ItemGraph(nn.Module):
    """Looks up the edges of a history's last items."""

    starts: Tensor
    ends: Tensor
    weights: Tensor
    weight: Tensor

    def __init__(self, edges: Edges) -> None:
        super().__init__()
        for name, tensor in vars(edges).items():
            self.register_buffer(name, tensor)
        self.register_buffer("weight", torch.zeros(()))

    @property
    def is_informed(self) -> bool:
        """Whether there is anything to look up."""
        return len(self.ends) > 0

    def forward(self, histories: Tensor) -> Tensor:
        """Return `log(1 + SCALE q)` `[N, I]` for `histories` `[N, T]` of item rows, padded with -1 anywhere.

        Of the history's own items the graph says nothing: their edges to one another are this history.
        """
        is_item = histories >= 0
        back = is_item.flip(1).cumsum(1).flip(1) - 1
        rows, columns = torch.nonzero(is_item & (back < LATEST), as_tuple=True)
        items, back = histories[rows, columns], back[rows, columns]
        degrees = self.starts[items + 1] - self.starts[items]
        source = torch.repeat_interleave(torch.arange(len(items), device=items.device), degrees)
        first = self.starts[items] - degrees.cumsum(0) + degrees
        edges = first[source] + torch.arange(len(source), device=items.device)
        found = torch.zeros(len(histories), len(self.starts) - 1, device=items.device)
        counts = self.weights[edges] * RECENCY ** back[source]
        found.index_put_((rows[source], self.ends[edges]), counts, accumulate=True)
        found[torch.nonzero(is_item)[:, 0], histories[is_item]] = 0.0
        shares = found / found.sum(1, keepdim=True).clamp_min(1e-9)
        return torch.log1p(SCALE * shares)
