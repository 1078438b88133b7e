"""The scoring head. Item and text heads are tied to the item table and the token embeddings, so they live there."""

import torch
from torch import Tensor, nn


class ScoringHead(nn.Module):
    """Rating and like of an item, from a state and the item's vector.

    A perceptron on `[state, item, state * item]`, whose rating is a deviation from the mean training rating.
    """

    mean_rating: Tensor

    def __init__(self, width: int, mean_rating: float, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean_rating", torch.tensor(mean_rating))
        self.item_norm = nn.LayerNorm(width)
        self.layers = nn.Sequential(nn.Linear(3 * width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, 2))

    def forward(self, states: Tensor, items: Tensor) -> tuple[Tensor, Tensor]:
        """Return ratings `[N]` on the rating scale and like logits `[N]` for states and item vectors `[N, D]`."""
        items = self.item_norm(items)
        rating, like = self.layers(torch.cat((states, items, states * items), dim=-1)).unbind(-1)
        return self.mean_rating + rating, like
