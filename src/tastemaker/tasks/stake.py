"""On what terms a task shares a model and its training: keys that every `[tasks.NAME]` has beside its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from tastemaker.errors import RecipeError


@dataclass(frozen=True, kw_only=True)
class Stake:
    """How a task reads what it shares with others, what it may change of it, and how much of it is read in training."""

    detach: bool = False
    """Whether the task's loss stops at the states that its heads read: the trunk learns nothing from it."""
    dropout: float = 0.0
    """Of the entries of the states that the task's heads read, in training."""
    weight_decay: float | None = None
    """Of parameters that this task alone has: its label head, adapter, own experts and gate. None is
    `training.weight_decay`."""
    mixture_weight: float = 1.0
    """How many times as many positions of a step as `training.mixture` gives alone; of tasks that read the same
    contexts the largest counts."""
    every_step: bool = False
    """Whether every step reads of it where `training.groups_per_step` has the others take turns."""

    def __post_init__(self) -> None:
        if not 0 <= self.dropout < 1:
            raise RecipeError(f"dropout must lie between 0 and below 1, found {self.dropout}.")
        if self.mixture_weight <= 0:
            raise RecipeError(f"mixture_weight must be above 0, found {self.mixture_weight}.")

    @classmethod
    def of(cls, of_task: Mapping[str, Any]) -> "Stake":
        """That of a task, from its keys; what an older recipe does not name keeps its default."""
        return Stake(**{key.name: of_task[key.name] for key in fields(Stake) if key.name in of_task})
