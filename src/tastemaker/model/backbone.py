"""What every backbone can do, whatever Transformer is inside: embeddings in, hidden states out, and text."""

from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor


@dataclass(frozen=True)
class Places:
    """What stands where in a batch `[B, T]` of positions."""

    mask: Tensor
    """`[B, T]`, False where padding stands: on the right, or on the left where the end is to be gone on with."""
    reply_at: Tensor
    """`[B]`, the position at which each row's reply begins, and T where it has none. All before it is context."""
    has_words: bool = True
    """Whether there is more in it than histories."""

    def to(self, device: Any) -> "Places":
        """The same on another device."""
        return Places(self.mask.to(device), self.reply_at.to(device), self.has_words)


@dataclass(frozen=True)
class Cache:
    """Keys and values of the positions read so far, and which of them are real, `[B, positions]`."""

    past: Any
    mask: Tensor


class Backbone(Protocol):
    """One family of Transformers; an `nn.Module`."""

    reads_ahead: bool
    """Whether a state sees what stands behind it, so that an entry of a history is told only where it is masked."""
    writes: bool
    """Whether it has a language-model head, and can go on with what it has read."""

    @property
    def width(self) -> int:
        """D."""
        ...

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """Embeddings `[B, T, D]` of tokens `[B, T]`."""
        ...

    def text_logits(self, states: Tensor) -> Tensor:
        """The language-model head: `[N, V]` for states `[N, D]`."""
        ...

    def __call__(self, embeddings: Tensor, places: Places) -> Tensor:
        """States `[B, T, D]` of embeddings `[B, T, D]`; padding stands on the right, and its states say nothing."""
        ...

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """Read further positions `[B, T, D]` behind a cache; `places` are theirs.

        Padding stands on the left of the first call. Returns the states and the longer cache.
        """
        ...
