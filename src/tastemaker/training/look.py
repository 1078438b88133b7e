"""A look at validation: its batches are read once, for losses, rankings, cuts and calibration alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tastemaker.model.batch import Batch
from tastemaker.model.network import Network


@dataclass(frozen=True)
class Look:
    """What a network, as it is now, reads in some batches: `D` numbers for each of their positions are held."""

    network: Network
    vectors: Tensor
    """Of the items, `[I, D]`."""
    batches: tuple[Batch, ...]
    states: tuple[Tensor, ...]
    """Of each batch, `[B * T, D]`, in single precision."""

    @classmethod
    @torch.no_grad()
    def at(cls, network: Network, batches: Sequence[Batch]) -> "Look":
        """Read batches without dropout; the network is in the mode that it was in after."""
        was_training = network.training
        network.eval()
        vectors = network.item_vectors()
        moved = tuple(batch.to(vectors.device) for batch in batches)
        states = tuple(network(batch, vectors).float() for batch in moved)
        network.train(was_training)
        return cls(network, vectors.float(), moved, states)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        """Batches with their states."""
        return zip(self.batches, self.states, strict=True)
