"""Embeddings of a text vocabulary: rows for our markers, which are new, before those of a pretrained vocabulary."""

import torch
from torch import Tensor, nn

from tastemaker.model.tokenizer import MARKERS


class TokenTable(nn.Module):
    """`[V, D]` in two parts, so that the new rows can learn while the pretrained ones stay as they came."""

    def __init__(self, vocabulary: int, width: int, *, words_learn: bool) -> None:
        """Take V and D, and whether pretrained rows learn as the new ones do."""
        super().__init__()
        self.markers = nn.Parameter(torch.zeros(len(MARKERS), width))
        self.words = nn.Parameter(torch.zeros(vocabulary - len(MARKERS), width), requires_grad=words_learn)

    @property
    def weight(self) -> Tensor:
        """All rows, `[V, D]`."""
        return torch.cat((self.markers, self.words))

    @torch.no_grad()
    def fill(self, words: Tensor, generator_std: float) -> None:
        """Take the pretrained rows `[V - M, D]`; markers start about their mean, each a little apart."""
        self.words.copy_(words)
        self.markers.copy_(words.mean(0) + torch.randn_like(self.markers) * generator_std)
