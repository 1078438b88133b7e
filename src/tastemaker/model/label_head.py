"""Tells which classes of a label set hold, from a state."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.model.item_table import TOKEN_STD
from tastemaker.tasks.example import LabelSet

RAREST = 1e-3
"""Share that a class is taken to have at least, and to leave to others at least, where its bias starts."""


class LabelHead(nn.Module):
    """A linear classifier whose biases start at what training says of every class, so that its loss starts at 1."""

    cut: Tensor
    """Log-odds from which on a class is said to hold, where several may; chosen on validation."""

    def __init__(self, width: int, labels: LabelSet) -> None:
        super().__init__()
        self.labels = labels
        self.linear = nn.Linear(width, len(labels.classes))
        nn.init.normal_(self.linear.weight, std=TOKEN_STD)
        shares = [min(max(share, RAREST), 1 - RAREST) for share in labels.shares]
        starts = [math.log(share / (1 - share)) if labels.is_multi else math.log(share) for share in shares]
        with torch.no_grad():
            self.linear.bias.copy_(torch.tensor(starts))
        self.register_buffer("cut", torch.tensor(0.0))

    def forward(self, states: Tensor) -> Tensor:
        """Logits `[N, C]` of the classes, from states `[N, D]`."""
        logits: Tensor = self.linear(states).float()
        return logits

    def loss(self, states: Tensor, values: Tensor) -> Tensor:
        """Mean cross-entropy of the class that holds; where several may, mean binary cross-entropy of all.

        Args:
            states: `[N, D]`.
            values: `[N, C]`, 1 where a class holds, else 0.
        """
        logits = self(states)
        if self.labels.is_multi:
            return F.binary_cross_entropy_with_logits(logits, values)
        return F.cross_entropy(logits, values)

    def classes(self, states: Tensor) -> Tensor:
        """Which classes hold, `[N, C]`: the likeliest, and where several may all others above the cut."""
        logits = self(states)
        is_best = F.one_hot(logits.argmax(-1), logits.shape[-1]).bool()
        return is_best | (logits >= self.cut) if self.labels.is_multi else is_best
