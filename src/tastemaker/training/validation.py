"""Validation losses by task, on a fixed seeded sample of the validation contexts."""

from collections.abc import Sequence

import numpy as np
import torch

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.model.batch import Batch, collate
from tastemaker.model.layout import Layout, Row
from tastemaker.model.network import Network
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.mixture import TaskGroup, plan_batches

POSITIONS = 8192
"""Padded positions of one forward pass."""


class Validation:
    """The batches of at most `most` validation contexts of each task group."""

    def __init__(self, dataset: Dataset, groups: Sequence[TaskGroup], layout: Layout, most: int) -> None:
        self.tasks = [task.name for group in groups for task in group.tasks]
        self.batches: list[Batch] = []
        for group in groups:
            rows = sample(group.rows(dataset, Split.VALIDATION, layout), most)
            if not rows:
                raise DataError(
                    f"{dataset.config.path}: expected validation examples of {', '.join(t.name for t in group.tasks)}, "
                    "found none. Hold out fewer items: lower data.test_items and data.validation_items."
                )
            plan = plan_batches(rows, POSITIONS, np.random.default_rng(0))
            self.batches += [collate([rows[index] for index in indices]) for indices in plan if indices]

    @torch.no_grad()
    def losses(self, network: Network, trivial: TrivialLosses) -> dict[str, float]:
        """Mean loss by task, each batch counting by its rows; the network is back in training mode afterwards."""
        network.eval()
        vectors = network.item_table()
        found: dict[str, list[tuple[float, int]]] = {task: [] for task in self.tasks}
        for batch in self.batches:
            for task, loss in task_losses(network, batch.to(vectors.device), vectors, trivial).items():
                found[task].append((float(loss), len(batch.tokens)))
        network.train()
        return {task: _mean(pairs) for task, pairs in found.items()}


def _mean(pairs: Sequence[tuple[float, int]]) -> float:
    losses, rows = zip(*pairs, strict=True)
    return float(np.average(losses, weights=rows))


def sample(rows: list[Row], most: int, seed: int = 0) -> list[Row]:
    """At most `most` rows, drawn with a fixed seed, in their own order."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), most, replace=False)
    return [rows[index] for index in sorted(chosen)]
