"""On what terms a task shares a model: keys that every `[tasks.NAME]` has beside its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tastemaker.errors import RecipeError


@dataclass(frozen=True, kw_only=True)
class Stake:
    """How a task reads what it shares with others, and what it may change of it."""

    detach: bool = False
    """Whether the task's loss stops at the states that its heads read: the trunk learns nothing from it."""
    dropout: float = 0.0
    """Of the entries of the states that the task's heads read, in training."""
    weight_decay: float | None = None
    """Of parameters that this task alone has: its label head, adapter, own experts and gate. None is
    `training.weight_decay`."""

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise RecipeError(f"dropout must lie between 0 and below 1, found {self.dropout}.")

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Stake":
        """That of a task, from its fields; what an older recipe does not name keeps its default."""
        return Stake(**{name: fields[name] for name in ("detach", "dropout", "weight_decay") if name in fields})
