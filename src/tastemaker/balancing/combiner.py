"""What the training loop sees of balancing: one object that turns the losses of a step into gradients."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class TaskLosses:
    """What one forward pass of all tasks gave."""

    losses: tuple[Tensor | None, ...]
    """A scalar of every task, in the order of the tasks, each divided by its trivial value; None where it has none."""
    features: Sequence[Tensor]
    """The states that the heads read, `[N, D]` of each micro-batch."""
    parts: int = 1
    """Forward passes whose gradients make one optimizer step, each counting for its share."""


class Combiner(nn.Module, ABC):
    """Combines the tasks; whatever it learns or remembers is in its `state_dict`."""

    @abstractmethod
    def backward(self, step: TaskLosses) -> None:
        """Take in the losses of one forward pass, whose graphs are free afterwards."""

    def before_step(self) -> None:
        """Called when all parts of a step are in: afterwards every parameter has its gradient."""

    @abstractmethod
    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Called after every optimizer step; `new_losses()` computes the losses `[K]` of the last part again."""

    @abstractmethod
    def weights(self) -> Tensor:
        """The factor of each task's loss, or of its gradient in what is shared, at present, `[K]`."""
