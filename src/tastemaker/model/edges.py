"""Edges between items, and looking up those of a history's last items.

In: a weighted graph over the catalog in compressed rows. Out: of every item, what the history's items say of it.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from tastemaker.model.batch import PLACES

LATEST: Final = 10
"""How many of a history's last items are looked up."""
RECENCY: Final = 0.9
"""What an item counts for each place that it lies back."""


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


class EdgeTerm(nn.Module):
    """A term beside the scores of a history that is read off edges."""

    starts: Tensor
    ends: Tensor
    weights: Tensor
    weight: Tensor
    """By `PLACES`."""
    is_stored: ClassVar[bool] = True
    """Whether a checkpoint holds the edges."""

    def __init__(self, edges: Edges) -> None:
        super().__init__()
        for name, tensor in vars(edges).items():
            self.register_buffer(name, tensor, persistent=self.is_stored)
        self.register_buffer("weight", torch.zeros(len(PLACES)))

    @property
    def is_informed(self) -> bool:
        """Whether there is anything to look up."""
        return len(self.ends) > 0

    def look_up(self, histories: Tensor) -> tuple[Tensor, Tensor]:
        """Add up the edges of the last items, each counting `RECENCY` to the power of the places that it lies back.

        Of the history's own items nothing is said: in training, their edges to one another are this history.

        Args:
            histories: item rows `[N, T]`, oldest first, padded with -1 anywhere.

        Returns:
            The sums `[N, I]`, and what the items count in all, `[N, 1]`.
        """
        is_item = histories >= 0
        back = is_item.flip(1).cumsum(1).flip(1) - 1
        rows, columns = torch.nonzero(is_item & (back < LATEST), as_tuple=True)
        counts = RECENCY ** back[rows, columns].float()
        source, edges = self.edges_of(histories[rows, columns])
        found = torch.zeros(len(histories), len(self.starts) - 1, device=histories.device)
        found.index_put_((rows[source], self.ends[edges]), self.weights[edges] * counts[source], accumulate=True)
        found[torch.nonzero(is_item)[:, 0], histories[is_item]] = 0.0
        return found, found.new_zeros(len(histories), 1).index_put_((rows,), counts.unsqueeze(1), accumulate=True)

    def edges_of(self, nodes: Tensor) -> tuple[Tensor, Tensor]:
        """The places `[E]` of all edges of `nodes` `[N]`, and for each the index of its node."""
        degrees = self.starts[nodes + 1] - self.starts[nodes]
        source = torch.repeat_interleave(torch.arange(len(nodes), device=nodes.device), degrees)
        first = self.starts[nodes] - degrees.cumsum(0) + degrees
        return source, first[source] + torch.arange(len(source), device=nodes.device)
