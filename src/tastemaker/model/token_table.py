"""Embeddings of a text vocabulary: rows for our markers, which are new, before those of a pretrained vocabulary."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from tastemaker.model.tokenizer import MARKERS


class TokenTable(nn.Module):
    """`[V, D]` in two parts, so that the new rows can learn while the pretrained ones stay as they came."""

    def __init__(self, vocabulary: int, width: int, *, words_learn: bool) -> None:
        """Take V and D, and whether pretrained rows learn as the new ones do."""
        super().__init__()
        self.markers = nn.Parameter(torch.zeros(len(MARKERS), width))
        self.words = nn.Parameter(torch.zeros(vocabulary - len(MARKERS), width), requires_grad=words_learn)

    def forward(self, tokens: Tensor) -> Tensor:
        """Rows `[B, T, D]` of tokens `[B, T]`; each part is read by itself, so that frozen rows cost no gradient."""
        markers = functional.embedding(tokens.clamp_max(len(self.markers) - 1), self.markers)
        words = functional.embedding(tokens.sub(len(self.markers)).clamp_min(0), self.words)
        return torch.where((tokens < len(self.markers)).unsqueeze(-1), markers, words)

    def logits(self, states: Tensor) -> Tensor:
        """Products `[N, V]` of states `[N, D]` with every row."""
        return torch.cat((states @ self.markers.T, states @ self.words.T), dim=-1)

    @torch.no_grad()
    def fill(self, words: Tensor, generator_std: float) -> None:
        """Take the pretrained rows `[V - M, D]`; markers start about their mean, each a little apart."""
        self.words.copy_(words)
        self.markers.copy_(words.mean(0) + torch.randn_like(self.markers) * generator_std)
