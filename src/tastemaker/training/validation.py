"""Validation losses by task, and NDCG of rankings, on a fixed seeded sample of the validation contexts.

A task that ranks and does nothing else is judged by its ranking: the catalog softmax grows too sure of itself, so that
its loss rises, long before its order stops to improve (on Amazon Beauty by more than ten epochs). What judges is the
gain of every target wherever it stands. NDCG@10 is told beside it; few targets come so far up, so that of 1,400 users
its standard error is a twelfth of it, and that of the whole ranking's NDCG a fiftieth, as of a text's loss.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.model.batch import Batch, ItemTargets, collate
from tastemaker.model.layout import Layout
from tastemaker.model.network import Network
from tastemaker.model.row import Row
from tastemaker.training.look import Look
from tastemaker.training.losses import Read, TrivialLosses, read_losses
from tastemaker.training.mixture import TaskGroup, plan_batches

NDCG = "ndcg"
"""Of the whole ranking: 1 / log2(1 + place) of the target."""
NDCG_10 = "ndcg@10"
POSITIONS = 8192
"""Padded positions of one forward pass."""
RANKED = 256
"""Targets ranked at once."""
HISTORIES = 4
"""So many times as many contexts are drawn where they are histories without words: these are short, and the NDCG of
some hundred moves between two looks by more than what texts gain there."""


class Validation:
    """The batches of at most `most` validation contexts of each task group, of histories alone `HISTORIES` times as
    many, and these cut to their last entries."""

    def __init__(self, dataset: Dataset, groups: Sequence[TaskGroup], layout: Layout, most: int) -> None:
        self.batches: list[Batch] = []
        self.short: list[Batch] = []
        for group in groups:
            rows = group.rows(dataset, Split.VALIDATION, layout)
            if not rows:
                raise DataError(
                    f"{dataset.config.path}: expected validation examples of {', '.join(t.name for t in group.tasks)}, "
                    "found none. Hold out fewer items: lower data.test_items and data.validation_items."
                )
            rows = sample(rows, most if any(row.has_words for row in rows) else HISTORIES * most)
            self.batches += batched(rows)
            self.short += batched([row.latest() for row in rows if _tells_next(row)])

    def look(self, network: Network) -> Look:
        """Read the batches with a network as it is now."""
        return Look.at(network, self.batches)

    def look_short(self, network: Network) -> Look:
        """The same of the histories that are cut."""
        return Look.at(network, self.short)


def batched(rows: Sequence[Row]) -> Iterator[Batch]:
    """Rows in batches of similar length."""
    plan = plan_batches(rows, POSITIONS, np.random.default_rng(0))
    return (collate([rows[index] for index in indices]) for indices in plan if indices)


def _tells_next(row: Row) -> bool:
    """Whether a row tells items that come next in its history."""
    return row.reply_at is None and any(it.item_at for it in row.targets.values())


@torch.no_grad()
def mean_losses(look: Look, trivial: TrivialLosses) -> dict[str, float]:
    """Mean loss by task, each batch counting by its rows; the network is back in training mode afterwards."""
    look.network.eval()
    found: dict[str, list[tuple[float, int]]] = {}
    for batch, states in look:
        for task, loss in read_losses(Read(look.network, batch, states, look.vectors), trivial).items():
            found.setdefault(task, []).append((float(loss), len(batch.tokens)))
    look.network.train()
    return {task: _mean(pairs) for task, pairs in found.items()}


@torch.no_grad()
def mean_ndcg(look: Look) -> dict[str, dict[str, float]]:
    """Mean `NDCG` and `NDCG_10` of the tasks whose targets are items and nothing else, of the network without its item
    graph.

    Every target is ranked by itself among the warm items that its context does not hold.
    """
    network = look.network.eval()
    found: dict[str, list[Tensor]] = {}
    for batch, states in look:
        for task, target in _ranked(batch).items():
            read = network.states_for(task, states[target.at])
            place = batch.place(target)
            bias = network.item_table.warm_bias(place)
            asked = (batch.histories(target.at), target.items)
            above = _above(network.item_queries(read, place), look.vectors, bias, asked)
            found.setdefault(task, []).append(above)
    network.train()
    places = {task: torch.cat(above) for task, above in found.items()}
    gains = {task: 1 / (above + 2).log2() for task, above in places.items()}
    return {
        NDCG: {task: float(gain.mean()) for task, gain in gains.items()},
        NDCG_10: {task: float(torch.where(places[task] < 10, gain, 0.0).mean()) for task, gain in gains.items()},
    }


def _ranked(batch: Batch) -> dict[str, ItemTargets]:
    """The targets of the tasks that ask for items and nothing else."""
    targets = {task: next(iter(kinds.values())) for task, kinds in batch.targets.items() if len(kinds) == 1}
    return {task: target for task, target in targets.items() if isinstance(target, ItemTargets)}


def _above(queries: Tensor, vectors: Tensor, bias: Tensor, target: tuple[Tensor, Tensor]) -> Tensor:
    """How many items `[N]` stand above each target, found for a few at a time; infinitely many above a cold one."""
    histories, items = target
    found = torch.zeros(len(items), device=items.device)
    for start in range(0, len(items), RANKED):
        part = slice(start, start + RANKED)
        scores = queries[part] @ vectors.T + bias
        of_target = scores.gather(1, items[part].unsqueeze(1))
        rows, columns = torch.nonzero(histories[part] >= 0, as_tuple=True)
        scores[rows, histories[part][rows, columns]] = float("-inf")
        above = (scores > of_target).sum(1)
        found[part] = torch.where(of_target.isfinite().squeeze(1), above, float("inf"))
    return found


def _mean(pairs: Sequence[tuple[float, int]]) -> float:
    losses, rows = zip(*pairs, strict=True)
    return float(np.average(losses, weights=rows))


def sample(rows: list[Row], most: int, seed: int = 0) -> list[Row]:
    """At most `most` rows, drawn with a fixed seed, in their own order."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), most, replace=False)
    return [rows[index] for index in sorted(chosen)]
