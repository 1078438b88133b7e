"""Losses and gradients that are not finite: left out, named and counted, until there were too many in a row."""

import math
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import Tensor

from tastemaker.errors import TrainingError

GRADIENT: Final = "the gradient"
"""Stands for the norm of the whole gradient among the names of tasks; without it a step is not taken."""


class Broken:
    """Counts, by task."""

    def __init__(self, most: int) -> None:
        """Take how often in a row is too often."""
        self.most = most
        self.total: dict[str, int] = {}
        self.in_a_row: dict[str, int] = {}

    def note(self, step: int, values: Mapping[str, Tensor]) -> list[str]:
        """Take in the losses of a step by task, or its gradient's norm; return what there is to say.

        Raises:
            TrainingError: something was not finite `most` times in a row.
        """
        broken = [name for name, value in values.items() if not torch.isfinite(value)]
        for name in values:
            self.in_a_row[name] = self.in_a_row.get(name, 0) + 1 if name in broken else 0
        for name in broken:
            self.total[name] = self.total.get(name, 0) + 1
        spent = [name for name in broken if self.in_a_row[name] >= self.most]
        if spent:
            raise TrainingError(
                f"step {step}: expected finite losses, found {_named(spent)} not finite {self.most} times in a row. "
                "Lower training.learning_rate or look for broken rows in the data set; the last checkpoint is whole."
            )
        return [f"step {step}: {_named([it])} is not finite and left out ({self.total[it]} so far)" for it in broken]

    def note_validation(self, step: int, losses: Mapping[str, float]) -> list[str]:
        """Count the losses of a validation by task, but in no row; return what there is to say."""
        broken = [name for name, loss in losses.items() if not math.isfinite(loss)]
        for name in broken:
            self.total[name] = self.total.get(name, 0) + 1
        return [f"validation after step {step}: {_named([it])} is not finite and left out" for it in broken]

    def state(self) -> dict[str, Any]:
        """A JSON-able state."""
        return {"total": dict(self.total), "in_a_row": dict(self.in_a_row)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`."""
        self.total, self.in_a_row = dict(state["total"]), dict(state["in_a_row"])


def _named(names: list[str]) -> str:
    return ", ".join(name if name == GRADIENT else f"the loss of {name}" for name in names)
