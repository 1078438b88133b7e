"""What training has read so far: positions without padding, and of each task those of its rows, and its targets.

In: every micro-batch. Out: counts for the checkpoint, by which runs are compared. Tasks that share rows read them once:
the positions of all tasks together are less than the sum over tasks. Of a row that goes on behind what a label is of,
its task has read no more than that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, final

import torch

from tastemaker.model.batch import Batch, LabelTargets


@final
class Seen:
    """The counts of one run."""

    def __init__(self) -> None:
        self.is_known = True
        self.positions = 0
        self.of_task, self.targets = Counter[str](), Counter[str]()

    def read(self, batches: Sequence[Batch]) -> Sequence[Batch]:
        """Count some batches, and give them back."""
        for batch in batches:
            lengths, length = batch.places.mask.sum(1), batch.tokens.shape[1]
            self.positions += int(lengths.sum())
            for task, kinds in batch.targets.items():
                at = torch.cat([target.at for target in kinds.values()]) if kinds else torch.zeros(0, dtype=torch.long)
                ends = [target.at for target in kinds.values() if isinstance(target, LabelTargets)]
                read = ends[0] % length + 1 if ends else lengths[torch.unique(at // length)]
                self.of_task[task] += int(read.sum())
                self.targets[task] += len(at)
        return batches

    def state(self) -> dict[str, Any] | None:
        """`{"positions", "tasks": {task: {"positions", "targets"}}}`; None where not all was counted."""
        if not self.is_known:
            return None
        tasks = {task: {"positions": self.of_task[task], "targets": self.targets[task]} for task in self.of_task}
        return {"positions": self.positions, "tasks": tasks}

    def restore(self, state: Mapping[str, Any] | None) -> None:
        """Go on from a `state`; None, or none at all, stands for a run that began before anything was counted."""
        if state is None:
            self.is_known = False
            return
        self.positions = state["positions"]
        for task, counts in state["tasks"].items():
            self.of_task[task], self.targets[task] = counts["positions"], counts["targets"]
