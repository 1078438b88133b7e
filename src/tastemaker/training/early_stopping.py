"""When training has stopped to pay: the mean over tasks of the validation loss, relative to its first value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class EarlyStopping:
    """Watches validation; `patience` validations without a better one end training."""

    patience: int
    first: dict[str, float] = field(default_factory=dict)
    best: float = float("inf")
    best_step: int = 0
    waited: int = 0

    def update(self, step: int, losses: Mapping[str, float]) -> bool:
        """Take in a validation; return whether it is the best so far."""
        if not self.first:
            self.first = dict(losses)
        score = sum(losses[task] / max(self.first[task], 1e-8) for task in losses) / max(len(losses), 1)
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
        self.first, self.best = dict(state["first"]), state["best"]
        self.best_step, self.waited = state["best_step"], state["waited"]
