"""Tells which classes of a label set hold, from the mean state of a context.

The last state alone would do for a trunk that has learnt to gather in it what counts; one that is made from scratch on
some thousand texts learns that too late.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.tasks.example import LabelSet

LATE = 4
"""How late the steps are of which use has the mean: two thirds of it are of the last `1 / (1 + LATE)` of them."""
RAREST = 1e-3
"""Share that a class is taken to have at least, and to leave to others at least, where its bias starts."""


class LabelHead(nn.Module):
    """A linear classifier that starts at what training says of every class, so that its loss starts at 1.

    A step has few labels, of which most are of the commonest class: where it leaves the weights is noise. So use has
    the mean of the weights over the last steps, by polynomial-decay averaging (Shamir and Zhang, "Stochastic Gradient
    Descent for Non-smooth Optimization: Convergence Results and Optimal Averaging Schemes", ICML 2013).
    """

    steps: Tensor
    """How many there were."""
    mean_weight: Tensor
    mean_bias: Tensor

    cut: Tensor
    """What decides between classes, chosen on validation. Where several may hold: the log-odds from which on one is
    said to. Where just one does: how many times the logarithms of the training shares are taken off the logits."""

    def __init__(self, width: int, labels: LabelSet) -> None:
        super().__init__()
        self.labels = labels
        self.linear = nn.Linear(width, len(labels.classes))
        nn.init.zeros_(self.linear.weight)
        shares = [min(max(share, RAREST), 1 - RAREST) for share in labels.shares]
        starts = [math.log(share / (1 - share)) if labels.is_multi else math.log(share) for share in shares]
        self.starts = torch.tensor(starts)
        with torch.no_grad():
            self.linear.bias.copy_(self.starts)
        self.register_buffer("mean_weight", self.linear.weight.detach().clone())
        self.register_buffer("mean_bias", self.linear.bias.detach().clone())
        self.register_buffer("steps", torch.tensor(0.0))
        self.register_buffer("cut", torch.tensor(0.0))

    def forward(self, states: Tensor) -> Tensor:
        """Logits `[N, C]` of the classes, from mean states `[N, D]`."""
        logits = self.linear(states) if self.training else F.linear(states, self.mean_weight, self.mean_bias)
        return logits.float()

    @torch.no_grad()
    def update_mean(self) -> None:
        """Take the weights, as a step has left them, into their mean."""
        self.steps += 1
        share = (1 + LATE) / (self.steps + LATE)
        self.mean_weight.lerp_(self.linear.weight, share)
        self.mean_bias.lerp_(self.linear.bias, share)

    @torch.no_grad()
    def settle(self, weight: Tensor, bias: Tensor) -> None:
        """Take weights `[C, D]` and biases `[C]` for use that were found in another way than step by step."""
        self.mean_weight.copy_(weight)
        self.mean_bias.copy_(bias)

    def loss(self, states: Tensor, values: Tensor) -> Tensor:
        """Mean cross-entropy of the class that holds; where several may, mean binary cross-entropy of all.

        Args:
            states: `[N, D]`.
            values: `[N, C]`, 1 where a class holds, else 0.
        """
        return self.loss_of(self(states), values)

    def loss_of(self, logits: Tensor, values: Tensor) -> Tensor:
        """The same of logits `[N, C]`."""
        if self.labels.is_multi:
            return F.binary_cross_entropy_with_logits(logits, values)
        return F.cross_entropy(logits, values)

    def classes(self, states: Tensor) -> Tensor:
        """Which classes hold, `[N, C]`."""
        return self.said(self(states), self.cut)

    def chances(self, states: Tensor) -> Tensor:
        """Probability of every class, `[N, C]`; where just one holds, of classes as frequent as the cut has them."""
        logits: Tensor = self(states)
        if self.labels.is_multi:
            return logits.sigmoid()
        return self._evened(logits, self.cut).softmax(-1)

    def said(self, logits: Tensor, cut: Tensor | float) -> Tensor:
        """Which classes hold under a cut, `[N, C]`: the likeliest, and where several may all others above it.

        Source:
            Menon et al., "Long-Tail Learning via Logit Adjustment", ICLR 2021, for classes of which one holds.
        """
        if self.labels.is_multi:
            return _highest(logits) | (logits >= cut)
        return _highest(self._evened(logits, cut))

    def _evened(self, logits: Tensor, cut: Tensor | float) -> Tensor:
        """The logits `[N, C]` less what the training shares of the classes put into them, as far as the cut says."""
        return logits - cut * self.starts.to(logits.device)


def context_means(states: Tensor, at: Tensor, length: int) -> Tensor:
    """Mean `[N, D]` over the states of a row from its start up to a position.

    Args:
        states: `[B * T, D]`, of all rows.
        at: `[N]`, the positions, as places in the flattened states.
        length: T.
    """
    sums: Tensor = states.view(-1, length, states.shape[-1]).cumsum(1).flatten(0, 1)[at]
    return sums / (at % length + 1).unsqueeze(1)


def _highest(logits: Tensor) -> Tensor:
    return F.one_hot(logits.argmax(-1), logits.shape[-1]).bool()
