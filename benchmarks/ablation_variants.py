"""What `benchmarks.ablations` changes that no recipe can: trunks, item vectors of one length, histories left whole.

    python -m benchmarks.ablation_variants VARIANT train RECIPE --out RUN …

is `python -m tastemaker train …` in a process that knows them. `admit` makes them known: trunks as `model.backbone`,
whole histories as the task `whole_histories`, and item vectors of one length where the variant of that name is asked
for.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.trunk_variants import TRUNKS
from tastemaker.cli.main import main
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model import network
from tastemaker.model.config import FROM_SCRATCH
from tastemaker.model.item_table import TOKEN_STD, ItemTable
from tastemaker.model.network import BACKBONES
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, History, NextItems
from tastemaker.tasks.history import Window, target_positions
from tastemaker.tasks.next_item import NextItem, feedback_weight

UNIT_ITEMS: Final = "unit_items"
WHOLE: Final = "whole_histories"


class UnitItems(ItemTable):
    """Item vectors of one length, which is learned and begins as our item vectors do: a temperature of cosines."""

    def __init__(self, content: Tensor, is_warm: Tensor, width: int, *, ids: bool, id_dropout: float) -> None:
        super().__init__(content, is_warm, width, ids=ids, id_dropout=id_dropout)
        self.length = nn.Parameter(torch.tensor(TOKEN_STD * width**0.5))

    def forward(self) -> Tensor:
        """All item vectors `[I, D]`."""
        return F.normalize(super().forward(), dim=1) * self.length

    def read(self, items: Tensor, vectors: Tensor, *, teaches_ids: bool = True) -> Tensor:
        """As `ItemTable.read`, but all that makes a vector learns: it is no sum of two parts here."""
        return F.embedding(items, vectors)


@dataclass(frozen=True)
class WholeHistories:
    """`next_item` whose training histories are cut by `max_history` alone, never at a random place."""

    name: str = WHOLE
    weight: float = 1.0
    max_history: int = 200
    metrics: tuple[str, ...] = NextItem.metrics

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per window of a history."""
        if split is not Split.TRAIN:
            yield from NextItem(self.name, self.weight, self.max_history).examples(dataset, split, epoch)
            return
        for user in range(len(dataset.user_ids)):
            entries = dataset.held_out(user, split)
            for start in range(0, len(entries), self.max_history):
                window = Window(user, entries[start : start + self.max_history], 0)
                context, positions = target_positions(window, split)
                weights = tuple(map(feedback_weight, window.targets))
                target = NextItems(positions, tuple(entry.item for entry in window.targets), weights)
                yield Example(self.name, (History(context),), target, user)


def admit(variant: str) -> None:
    """Make the package in this process know what the variants change."""
    BACKBONES.update(TRUNKS)
    FROM_SCRATCH.extend(name for name in TRUNKS if name not in FROM_SCRATCH)
    TASKS[WHOLE] = WholeHistories
    if variant == UNIT_ITEMS:
        network.ItemTable = UnitItems  # type: ignore[misc]


if __name__ == "__main__":
    admit(sys.argv.pop(1))
    main()
