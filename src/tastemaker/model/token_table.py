"""Embeddings of a text vocabulary: rows for our markers, which are new, before those of a pretrained vocabulary."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from tastemaker.model.tokenizer import MARKERS


class TokenTable(nn.Module):
    """`[V, D]` in two parts, so that the new rows can learn while the pretrained ones stay as they came."""

    def __init__(self, vocabulary: int, width: int, *, words_learn: bool, is_tied: bool = False) -> None:
        """Take V and D, whether pretrained rows learn as the new ones do, and whether they are both read and written.

        Markers then have other rows where they are written: what reading them teaches is so much louder that one row
        for both would not learn when to write them.
        """
        super().__init__()
        self.markers = nn.Parameter(torch.zeros(len(MARKERS), width))
        self.written = nn.Parameter(torch.zeros(len(MARKERS), width)) if is_tied else None
        self.words = nn.Parameter(torch.zeros(vocabulary - len(MARKERS), width), requires_grad=words_learn)

    def forward(self, tokens: Tensor) -> Tensor:
        """Rows `[B, T, D]` of tokens `[B, T]`; each part is read by itself, so that frozen rows cost no gradient."""
        markers = functional.embedding(tokens.clamp_max(len(self.markers) - 1), self.markers)
        words = functional.embedding(tokens.sub(len(self.markers)).clamp_min(0), self.words)
        return torch.where((tokens < len(self.markers)).unsqueeze(-1), markers, words)

    def logits(self, states: Tensor) -> Tensor:
        """Products `[N, V]` of states `[N, D]` with every row."""
        markers = self.markers if self.written is None else self.written
        return torch.cat((states @ markers.T, states @ self.words.T), dim=-1)

    @torch.no_grad()
    def fill(self, words: Tensor, generator_std: float, same: Mapping[int, Tensor]) -> None:
        """Take the pretrained rows `[V - M, D]`; a marker starts as what is the `same`, or about the mean of all."""
        self.words.copy_(words)
        self.markers.copy_(words.mean(0) + torch.randn_like(self.markers) * generator_std)
        for marker, row in same.items():
            self.markers[marker] = row
        if self.written is not None:
            self.written.copy_(self.markers)
