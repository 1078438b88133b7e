"""When training has stopped to pay: the mean over tasks of the logarithm of their validation error.

A task's error is its loss, or one over the NDCG of its whole ranking where it only ranks, or one over its F1 where it
only tells labels: a classifier grows too sure of itself long before what it says stops to improve. In logarithms one
percent counts alike wherever it is won. A task whose error is not known at a validation counts with its last one, and
not at all where the first validation did not know it: the mean is over the same tasks at every look.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

LEAST = 1e-4


@dataclass
class EarlyStopping:
    """Watches validation; `patience` validations without a better one end training."""

    patience: int
    best: float = float("inf")
    best_step: int = 0
    waited: int = 0
    errors: dict[str, float] = field(default_factory=dict)
    """The last known one of every task that counts."""

    def update(self, step: int, losses: Mapping[str, float], quality: Mapping[str, float]) -> bool:
        """Take in a validation, with NDCG or F1 of the tasks that go by it; return whether it is the best so far."""
        found = {task: max(loss, LEAST) for task, loss in losses.items()}
        found |= {task: 1 / max(value, LEAST) for task, value in quality.items()}
        self.errors |= {task: error for task, error in found.items() if not self.errors or task in self.errors}
        score = sum(map(math.log, self.errors.values())) / max(len(self.errors), 1)
        if score < self.best:
            self.best, self.best_step, self.waited = score, step, 0
            return True
        self.waited += 1
        return False

    @property
    def is_over(self) -> bool:
        """Whether patience is used up."""
        return self.waited >= self.patience

    def state(self) -> dict[str, Any]:
        """A JSON-able state."""
        return asdict(self)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`; the patience stays the recipe's."""
        self.best, self.best_step, self.waited = state["best"], state["best_step"], state["waited"]
        self.errors = dict(state.get("errors", {}))
