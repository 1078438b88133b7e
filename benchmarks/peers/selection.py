"""Chooses the epoch to keep: the one with the best NDCG@10 on validation, seen items left out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

Weights = TypeVar("Weights")


@dataclass
class Selection(Generic[Weights]):
    """The course of one training; `weights` are those of the best epoch so far."""

    patience: int
    """Epochs without a better validation before training stops."""
    curve: list[float] = field(default_factory=list)
    """Validation NDCG@10 after each epoch."""
    seconds: list[float] = field(default_factory=list)
    """Training time of each epoch, validation excluded."""
    weights: Weights | None = None

    @property
    def best_epoch(self) -> int:
        """Counted from 1; 0 before the first."""
        return self.curve.index(max(self.curve)) + 1 if self.curve else 0

    @property
    def is_over(self) -> bool:
        """Whether the last `patience` epochs brought nothing."""
        return len(self.curve) - self.best_epoch >= self.patience

    def record(self, ndcg: float, seconds: float, weights: Callable[[], Weights]) -> bool:
        """Note an epoch, keep a copy of its weights if it is the best; returns whether to stop."""
        self.curve.append(ndcg)
        self.seconds.append(seconds)
        if self.best_epoch == len(self.curve):
            self.weights = weights()
        print(f"epoch {len(self.curve)}: {seconds:.1f} s, validation ndcg@10 {ndcg:.5f}", flush=True)
        return self.is_over

    def targets_per_second(self, targets: int) -> float | None:
        """Real target positions a second after the first epoch, by the median epoch; None before the fourth.

        Args:
            targets: target positions that one epoch trains on.
        """
        return targets / median(self.seconds[1:]) if len(self.seconds) >= 4 else None
