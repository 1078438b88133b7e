"""Heads with weights of their own. The item head and the plain text head are tied to the item and token tables."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.model.tokenizer import MARKERS

FACTORS = 16
"""Factors of user and item whose product a score adds to their biases."""
SCORING_DROPOUT = 0.5
"""On both inputs of the scoring head: ratings are few, and a state knows its user well."""


class ScoringHead(nn.Module):
    """Rating and like of an item, from a state and the item's vector.

    Biased matrix factorisation (Koren et al., 2009) whose user factors are read off the state: a mean, a bias of the
    user, a bias of the item, and the product of a few factors of both. So few parameters do not overfit few ratings.
    """

    mean_rating: Tensor

    def __init__(self, width: int, mean_rating: float) -> None:
        super().__init__()
        self.register_buffer("mean_rating", torch.tensor(mean_rating))
        self.dropout = nn.Dropout(SCORING_DROPOUT)
        self.item_norm = nn.LayerNorm(width)
        self.user = nn.Linear(width, 2 * (1 + FACTORS))
        self.item = nn.Linear(width, 2 * (1 + FACTORS))

    def forward(self, states: Tensor, items: Tensor) -> tuple[Tensor, Tensor]:
        """Return ratings `[N]` on the rating scale and like logits `[N]` for states and item vectors `[N, D]`."""
        user = self.user(self.dropout(states)).unflatten(-1, (2, 1 + FACTORS))
        item = self.item(self.dropout(self.item_norm(items))).unflatten(-1, (2, 1 + FACTORS))
        scores = user[..., 0] + item[..., 0] + (user[..., 1:] * item[..., 1:]).sum(-1) / math.sqrt(FACTORS)
        rating, like = scores.unbind(-1)
        return self.mean_rating + rating, like


class CopyHead(nn.Module):
    """Writes a word by pointing at it: a gate chooses between the vocabulary and the prompt's own tokens.

    See et al., "Get To The Point: Summarization with Pointer-Generator Networks", ACL 2017. The token at position
    `j` is found by the state at `j - 1`, so that what followed once can be followed again:

        p(w) = (1 - g) p_vocabulary(w) + g Σ_j a_j [token_j = w]
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.gate = nn.Linear(width, 1)

    def pointers(self, queries: Tensor, states: Tensor, tokens: Tensor, reach: Tensor) -> Tensor:
        """Log-attention `[B, Q, T - 1]` of query states `[B, Q, D]` over the tokens `[B, T]` from the second on.

        `states` `[B, T, D]` are those of the tokens; a query may point at positions up to its `reach` `[B, Q]`, where
        text stands. Where there is none, all entries are minus infinity.
        """
        scores = self.query(queries) @ self.key(states[:, :-1]).transpose(1, 2) / math.sqrt(states.shape[-1])
        places = torch.arange(1, tokens.shape[1], device=tokens.device)
        is_open = (places <= reach.unsqueeze(-1)) & (tokens[:, 1:] >= len(MARKERS)).unsqueeze(1)
        has_any = is_open.any(-1, keepdim=True)
        logs = scores.masked_fill(~is_open & has_any, float("-inf")).log_softmax(-1)
        pointers: Tensor = logs.masked_fill(~has_any, float("-inf"))
        return pointers

    def mix(self, queries: Tensor, vocabulary: Tensor, copied: Tensor) -> Tensor:
        """Mix log-probabilities of words from the vocabulary and from copying, `[..., W]`, by the gate."""
        gate = self.gate(queries)
        return torch.logaddexp(F.logsigmoid(-gate) + vocabulary, F.logsigmoid(gate) + copied)
