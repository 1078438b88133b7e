"""The item likeness: which items are described alike, as evidence where training knows little of an item.

The network reads content through one projection, learned from items with a history, and so it tells new items apart
less well than their plain content vectors do. Of pairs in which either item is rare or new, likeness says what the
item graph cannot. The score of every item gets

    w log(1 + SCALE q(i | h)),   q(i | h) = Σ_k RECENCY^k ν(h_k, i) L[h_k, i] / Σ_k RECENCY^k

with `h_k` the history's last items, the latest first, `L[a, ·]` a softmax of `SHARPNESS` times the cosines of content
vectors over the `NEAREST` items to `a`, and ν(a, b) = 1 - (1 - ν_a)(1 - ν_b) of ν_a = PRIOR / (n_a + PRIOR), n_a the
item's training interactions: 1 for a cold item, towards 0 for one that is well known. The one weight w is found on
validation targets (`tastemaker.training.calibration`).

Source:
    Schein et al., "Methods and Metrics for Cold-Start Recommendations", SIGIR 2002; Khandelwal et al., "Generalization
    through Memorization: Nearest Neighbor Language Models", ICLR 2020.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.model.edges import Edges, EdgeTerm
from tastemaker.model.item_table import standardised

SHARPNESS: Final = 10.0
NEAREST: Final = 100
PRIOR: Final = 1.0
"""Interactions at which an item counts as half known."""
SCALE: Final = 1000.0
LEAST: Final = 1e-4
"""Edges below this are left out."""
ROWS: Final = 1024
"""Items whose neighbours are looked for at once."""


def likeness_edges(content: Tensor, counts: Tensor) -> Edges:
    """Join items to those described alike, as far as either is little known.

    Args:
        content: content vectors `[I, C]`; C may be 0.
        counts: training interactions `[I]` of every item.
    """
    size = len(content)
    if not content.shape[1] or size < 2:
        return Edges.none(size)
    vectors = F.normalize(standardised(content), dim=1)
    newness = PRIOR / (counts + PRIOR)
    parts = [_rows(vectors, newness, start) for start in range(0, size, ROWS)]
    degrees, ends, weights = (torch.cat(part) for part in zip(*parts, strict=True))
    return Edges(F.pad(degrees.cumsum(0), (1, 0)), ends, weights)


def _rows(vectors: Tensor, newness: Tensor, start: int) -> tuple[Tensor, Tensor, Tensor]:
    """Degrees, ends and weights of the items from `start` on; an item without content has no edges."""
    items = torch.arange(start, min(start + ROWS, len(vectors)))
    cosines = vectors[items] @ vectors.T
    cosines[items - start, items] = -torch.inf
    near, ends = cosines.topk(min(NEAREST, len(vectors) - 1))
    known = (1 - newness[items].unsqueeze(1)) * (1 - newness[ends])
    weights = (SHARPNESS * near).softmax(1) * (1 - known)
    has_content = vectors.square().sum(1) > 0
    stays = (weights >= LEAST) & has_content[items].unsqueeze(1) & has_content[ends]
    return stays.sum(1), ends[stays], weights[stays]


class ItemLikeness(EdgeTerm):
    """Looks up what is like a history's last items."""

    def forward(self, histories: Tensor) -> Tensor:
        """Return `log(1 + SCALE q)` `[N, I]` for `histories` `[N, T]` of item rows, padded with -1 anywhere."""
        found, counts = self.look_up(histories)
        return found.mul_(SCALE / counts.clamp_min(1e-9)).log1p_()
