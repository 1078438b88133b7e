"""The item mentions: which items dialogues name together, as evidence of what a reply names next.

The item graph asks for what share of an item's neighbours another one is, so that an item seen once says as much as one
seen a hundred times. That suits long histories; a dialogue names three items, mostly well-known ones, and training
holds few dialogues. Here the pairs of all items named so far are pooled, and smoothed by how often replies name an item
at all. The score of an item in a slot gets

    w log(Σ_k RECENCY^k c(h_k, i) + PRIOR p_i)

with `h_k` the items named so far, the latest first, `c` the number of training dialogues that name both, and p_i the
share of an item among the items of training replies. The one weight w is found on validation targets
(`tastemaker.training.calibration`).

Source:
    Zhai and Lafferty, "A Study of Smoothing Methods for Language Models Applied to Information Retrieval", ACM TOIS
    2004, for Dirichlet priors.
"""

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.model.edges import Edges, EdgeTerm

IntArray = NDArray[np.int64]

PRIOR: Final = 80.0
"""Pairs that are added to those counted, shared out as replies name items."""
LEAST: Final = 0.3
"""Replies that are added to those counted of every item."""


def mention_edges(items: IntArray, dialogues: IntArray, size: int) -> Edges:
    """Join the `items` `[M]`, named once each by `dialogues` `[M]`, whose items stand in a row; `size` is I."""
    codes = [np.zeros(0, dtype=np.int64)]
    for gap in range(1, len(items)):
        same = dialogues[:-gap] == dialogues[gap:]
        if not same.any():
            break
        first, second = items[:-gap][same], items[gap:][same]
        codes += [first * size + second, second * size + first]
    joined, counts = np.unique(np.concatenate(codes), return_counts=True)
    starts = np.searchsorted(joined, np.arange(size + 1) * size)
    return Edges(torch.from_numpy(starts), torch.from_numpy(joined % size), torch.from_numpy(counts).float())


class ItemMentions(EdgeTerm):
    """Looks up what dialogues name beside the items named so far."""

    replies: Tensor

    def __init__(self, edges: Edges, targets: Tensor) -> None:
        """Take the edges, and `targets` `[I]`: in how many training replies each item stands."""
        super().__init__(edges)
        self.register_buffer("replies", targets.float())

    @property
    def knows_replies(self) -> bool:
        """Whether training held replies that people gave."""
        return bool(self.replies.any())

    def forward(self, histories: Tensor) -> Tensor:
        """Return the logarithm `[N, I]` for `histories` `[N, T]` of item rows, padded with -1 anywhere."""
        found, _ = self.look_up(histories)
        counts = self.replies + LEAST
        return (found + PRIOR * counts / counts.sum()).log()
