"""What a conversation has read so far, so that its next row is read from where it differs on.

The rows of one conversation begin alike: the slot of a reply stands behind the words that lead to it, its reason behind
that, and the next turn behind all that was said. States of a backbone that sees nothing ahead do not change with what
comes, so a turn costs what is new in it; behind `recurrence`, whose cache does not grow, however long the past is.
"""

from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.model.backbone import Cache, Places
from tastemaker.model.network import Network
from tastemaker.model.row import Row

MOST: Final = 3
"""Rows that are kept: what leads to a slot, the slot, and its reason, which the next turn does not begin with."""


@dataclass(frozen=True)
class _Read:
    """A row that was read, `[T, 3]`."""

    inputs: NDArray[np.int64]
    states: Tensor
    """`[1, T, D]`"""
    cache: Cache

    def begins(self, row: Row) -> bool:
        """Whether a row is the same up to the end of this one."""
        return len(self.inputs) <= len(row) and bool((row.inputs[: len(self.inputs)] == self.inputs).all())


class Beginnings:
    """The rows that were read last, each of which begins the next one."""

    def __init__(self) -> None:
        self._read: deque[_Read] = deque(maxlen=MOST)

    @torch.no_grad()
    def read(self, network: Network, vectors: Tensor, row: Row) -> tuple[Tensor, Cache]:
        """Read a row that holds words, behind the longest beginning of it that was read before.

        Args:
            network: of a backbone that sees nothing ahead, in evaluation mode.
            vectors: of the items, `[I, D]`.
            row: what is read.

        Returns:
            States `[1, T, D]`, and the cache behind them, which is the caller's to use up.
        """
        while self._read and not self._read[-1].begins(row):
            self._read.pop()
        if not self._read or len(self._read[-1].inputs) < len(row):
            self._read.append(self._go_on(network, vectors, row))
        last = self._read[-1]
        return last.states, _copied(last.cache)

    def _go_on(self, network: Network, vectors: Tensor, row: Row) -> _Read:
        before = self._read[-1] if self._read else None
        start = len(before.inputs) if before else 0
        tokens, items, actions = torch.from_numpy(row.inputs[start:].T).unsqueeze(1).to(vectors.device)
        is_real = torch.ones_like(tokens, dtype=torch.bool)
        places = Places(is_real, tokens.new_full((1,), len(row) if row.reply_at is None else row.reply_at))
        embedded = network.embed(tokens, items, actions, vectors)
        states, cache = network.backbone.read(embedded, places, _copied(before.cache) if before else None)
        return _Read(row.inputs, torch.cat((before.states, states), 1) if before else states, cache)


def _copied(cache: Cache) -> Cache:
    """Reading on uses a cache up."""
    return Cache(deepcopy(cache.past), cache.mask)
