"""Validation losses by task, on a fixed seeded sample of the validation examples."""

from collections.abc import Sequence

import numpy as np
import torch

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import Batch, collate
from tastemaker.model.layout import Layout
from tastemaker.model.network import Network
from tastemaker.tasks.example import Example, Task
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.mixture import plan_batches


class Validation:
    """The batches of a sample of each task's validation examples."""

    def __init__(self, dataset: Dataset, tasks: Sequence[Task], layout: Layout, most: int) -> None:
        self.batches: dict[str, list[Batch]] = {}
        for task in tasks:
            rows = [layout.row([example]) for example in sample(list(task.examples(dataset, Split.VALIDATION)), most)]
            plan = plan_batches(rows, 8192, np.random.default_rng(0))
            self.batches[task.name] = [collate([rows[index] for index in indices]) for indices in plan if indices]

    @torch.no_grad()
    def losses(self, network: Network, trivial: TrivialLosses) -> dict[str, float]:
        """Mean loss by task, each batch counting by its rows; the network is back in training mode afterwards."""
        network.eval()
        vectors = network.item_table()
        device = vectors.device
        means = {}
        for task, batches in self.batches.items():
            losses = [float(task_losses(network, batch.to(device), vectors, trivial)[task]) for batch in batches]
            means[task] = float(np.average(losses, weights=[len(batch.tokens) for batch in batches]))
        network.train()
        return means


def sample(examples: list[Example], most: int, seed: int = 0) -> list[Example]:
    """At most `most` examples, drawn with a fixed seed, in their own order."""
    if len(examples) <= most:
        return examples
    chosen = np.random.default_rng(seed).choice(len(examples), most, replace=False)
    return [examples[index] for index in sorted(chosen)]
