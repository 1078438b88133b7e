"""The heads of a `MultiTaskModel`: what each reads of a backbone's states, and what it loses.

In: states `[B, T, D]` and which positions are real, `[B, T]`; padding may stand on either side. Out: logits, and the
mean loss over the targets that are told: where a text has no label for a task, its target is `UNTOLD` or NaN.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.errors import ModelError
from tastemaker.model.sentence_encoder import mean_states

UNTOLD: Final = -100
"""The target of a text, class or token that has no label, as in PyTorch's cross-entropy; NaN says so, too."""


class Head(Protocol):
    """Describes a head; the weights are in the module that it builds."""

    def build(self, width: int) -> nn.Module:
        """The module behind states of `width` D."""
        ...

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """What the module reads, of states `[B, T, D]` and a mask `[B, T]`."""
        ...

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean loss, a scalar; 0 where no target is told.

        Raises:
            ModelError: the targets do not fit the logits.
        """
        ...


@dataclass(frozen=True)
class ClassifierHead:
    """A class of a whole text: logits `[B, C]`, from targets `[B]`, or `[B, C]` of 0 and 1 where several may hold."""

    classes: int
    """C."""
    pooling: str = "mean"
    """Name in `POOLINGS`. A decoder's first state knows nothing but the first token."""
    is_multi: bool = False
    """Whether several classes may hold at once."""

    def __post_init__(self) -> None:
        _check_classes("ClassifierHead", self.classes, 1 if self.is_multi else 2)
        _check_pooling("ClassifierHead", self.pooling)

    def build(self, width: int) -> nn.Module:
        """See `Head.build`."""
        return nn.Linear(width, self.classes)

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """One state a text, `[B, D]`."""
        return POOLINGS[self.pooling](states, mask)

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See `Head.loss`."""
        if not self.is_multi:
            return _cross_entropy(logits, targets)
        _check_shape(targets, logits.shape)
        is_told = _told(targets)
        known = targets.float().where(is_told, 0.0)
        return _mean(F.binary_cross_entropy_with_logits(logits.float(), known, reduction="none"), is_told)


@dataclass(frozen=True)
class TokenHead:
    """A class of every token: logits `[B, T, C]`, from targets `[B, T]` that are `UNTOLD` where padding stands."""

    classes: int
    """C."""

    def __post_init__(self) -> None:
        _check_classes("TokenHead", self.classes, 2)

    def build(self, width: int) -> nn.Module:
        """See `Head.build`."""
        return nn.Linear(width, self.classes)

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """Every state, `[B, T, D]`."""
        return states

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See `Head.loss`."""
        return _cross_entropy(logits, targets)


@dataclass(frozen=True)
class RatingHead:
    """A number for a whole text: `[B]`, by squared error from targets `[B]`."""

    pooling: str = "mean"
    """Name in `POOLINGS`."""

    def __post_init__(self) -> None:
        _check_pooling("RatingHead", self.pooling)

    def build(self, width: int) -> nn.Module:
        """See `Head.build`."""
        return nn.Sequential(nn.Linear(width, 1), nn.Flatten(0))

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """One state a text, `[B, D]`."""
        return POOLINGS[self.pooling](states, mask)

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See `Head.loss`."""
        _check_shape(targets, logits.shape)
        is_told = _told(targets)
        return _mean((logits.float() - targets.float().where(is_told, 0.0)).square(), is_told)


@dataclass(frozen=True)
class ModuleHead:
    """A module of one's own, behind a pooled state `[B, D]`, or behind every state `[B, T, D]`."""

    module: nn.Module
    criterion: Callable[[Tensor, Tensor], Tensor] | None = None
    """Its loss, of what the module returns and the targets; None where it has none, or it is worked out elsewhere."""
    pooling: str | None = "mean"
    """Name in `POOLINGS`; None reads every state."""

    def __post_init__(self) -> None:
        if self.pooling is not None:
            _check_pooling("ModuleHead", self.pooling)

    def build(self, width: int) -> nn.Module:
        """The module itself."""
        return self.module

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """One state a text, or all of them."""
        return states if self.pooling is None else POOLINGS[self.pooling](states, mask)

    def loss(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See `Head.loss`."""
        if self.criterion is None:
            raise ModelError(
                "expected a loss, found a module without one. Pass ModuleHead(module, criterion), or leave its targets "
                "out and work its loss out from the outputs."
            )
        return self.criterion(logits, targets)


def first_states(states: Tensor, mask: Tensor) -> Tensor:
    """The state `[B, D]` of each row's first real position, where BERT reads `[CLS]`."""
    return states[torch.arange(len(states), device=states.device), mask.int().argmax(1)]


def last_states(states: Tensor, mask: Tensor) -> Tensor:
    """The state `[B, D]` of each row's last real position, the only one of a decoder that has read all."""
    last = mask.shape[1] - 1 - mask.flip(1).int().argmax(1)
    return states[torch.arange(len(states), device=states.device), last]


POOLINGS: Final[dict[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "mean": mean_states,
    "first": first_states,
    "last": last_states,
}
"""One state `[B, D]` of the real ones among `[B, T, D]`."""


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of logits `[..., C]` at the told ones of targets `[...]`."""
    _check_shape(targets, logits.shape[:-1])
    is_told, classes = _told(targets), logits.shape[-1]
    if (is_told & ((targets < 0) | (targets >= classes) | (targets != targets.long()))).any():
        found = sorted(set(targets[is_told].tolist()) - set(range(classes)))[0]
        raise ModelError(f"expected classes from 0 to {classes - 1}, or {UNTOLD} for no label, found {found}.")
    known = targets.where(is_told, 0).long().flatten()
    return _mean(F.cross_entropy(logits.float().flatten(0, -2), known, reduction="none"), is_told.flatten())


def _told(targets: Tensor) -> Tensor:
    """Which targets say something."""
    return ~targets.isnan() & (targets != UNTOLD)


def _mean(losses: Tensor, is_told: Tensor) -> Tensor:
    """Mean of the told ones of `losses`; 0, with a gradient of zeros, where there are none."""
    return torch.where(is_told, losses, 0.0).sum() / is_told.sum().clamp_min(1)


def _check_shape(targets: Tensor, expected: torch.Size) -> None:
    if targets.shape != expected:
        raise ModelError(f"expected a shape of {list(expected)}, found {list(targets.shape)}.")


def _check_classes(head: str, classes: int, least: int) -> None:
    if classes < least:
        advice = " Pass is_multi=True for a single class that may hold or not." if head == "ClassifierHead" else ""
        raise ModelError(f"{head}: expected at least {least} classes, found {classes}.{advice if least > 1 else ''}")


def _check_pooling(head: str, pooling: str) -> None:
    if pooling not in POOLINGS:
        raise ModelError(f"{head}: pooling must be one of {', '.join(POOLINGS)}, found {pooling!r}.")
