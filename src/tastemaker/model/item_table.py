"""The item table: one vector per catalog item, used as input embedding and as output classifier."""

import torch
from torch import Tensor, nn

from tastemaker.model.batch import PLACES

TOKEN_STD = 0.02
"""Standard deviation of a token embedding's entries at initialisation; item vectors start with the same norm."""


class ItemTable(nn.Module):
    """Item vector = projection of frozen content vectors + a learned id residual with id dropout.

    An item without training interaction is cold: its residual is zero, so its vector is its content alone. Dropping
    residuals at random in training (DropoutNet, Volkovs et al., NeurIPS 2017) makes such vectors comparable with full
    ones. With neither content nor ids there is nothing to learn from, which the recipe refuses.
    """

    content: Tensor
    is_warm: Tensor
    cold_offset: Tensor
    """By `PLACES`."""

    def __init__(self, content: Tensor, is_warm: Tensor, width: int, *, ids: bool, id_dropout: float) -> None:
        """Take frozen `content` `[I, C]` (C may be 0) and `is_warm` `[I]`, True where training has interactions."""
        super().__init__()
        self.register_buffer("content", standardised(content))
        self.register_buffer("is_warm", is_warm)
        self.register_buffer("cold_offset", torch.zeros(len(PLACES)))
        self.id_dropout = id_dropout
        self.projection = nn.Linear(content.shape[1], width, bias=False) if content.shape[1] else None
        self.residual = nn.Embedding(len(content), width) if ids else None
        parts = [part for part in (self.projection, self.residual) if part is not None]
        for part in parts:
            nn.init.normal_(part.weight, std=TOKEN_STD / len(parts) ** 0.5)

    def forward(self) -> Tensor:
        """All item vectors `[I, D]`; id dropout is drawn anew for every call in training mode."""
        vectors = []
        if self.projection is not None:
            vectors.append(self.projection(self.content))
        if self.residual is not None:
            keep = self.is_warm
            if self.training and self.id_dropout > 0 and self.projection is not None:
                keep = keep & (torch.rand(len(keep), device=keep.device) >= self.id_dropout)
            vectors.append(self.residual.weight * keep.unsqueeze(1))
        return torch.stack(vectors).sum(0)

    def warm_bias(self) -> Tensor:
        """What the training softmax adds to every row of logits, `[I]`: it leaves cold items out.

        As mere negatives they would only be pushed down.
        """
        return torch.zeros_like(self.is_warm, dtype=self.cold_offset.dtype).masked_fill(~self.is_warm, float("-inf"))

    def scores(self, states: Tensor, vectors: Tensor, places: Tensor) -> Tensor:
        """Scores `[N, I]` for use: cold items get the `cold_offset` of their one of `places` `[N]`.

        Without content they rank last.
        """
        offset = self.cold_offset if self.projection is not None else torch.full_like(self.cold_offset, -1e4)
        return torch.addcmul(states @ vectors.T, offset[places].unsqueeze(1), (~self.is_warm).to(offset.dtype))


def standardised(content: Tensor) -> Tensor:
    """Centre content vectors over the catalog and scale them to a root mean square norm of 1."""
    if not content.shape[1]:
        return content
    centred = content - content.mean(0)
    return centred / centred.square().sum(1).mean().sqrt().clamp_min(1e-8)
