"""What every backbone can do, whatever Transformer is inside."""

from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn


@dataclass(frozen=True)
class Cache:
    """Keys and values of the positions read so far, and which of them are real, `[B, positions]`."""

    past: Any
    mask: Tensor


class Backbone(Protocol):
    """Embeddings in, hidden states out."""

    token_embedding: nn.Embedding

    def __call__(self, embeddings: Tensor) -> Tensor:
        """States `[B, T, D]` of embeddings `[B, T, D]` under a causal mask; padding stands on the right."""
        ...

    def read(self, embeddings: Tensor, mask: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Read further positions `[B, T, D]` behind a cache; `mask` `[B, T]` is False where padding stands.

        Padding stands on the left of the first call. Returns the states and the longer cache.
        """
        ...
