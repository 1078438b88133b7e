"""Recommend the item that follows a history."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.schema import RATING_SCALE
from tastemaker.data.split import Split
from tastemaker.tasks.example import Example, History, NextItems
from tastemaker.tasks.history import target_positions, windows
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.stake import Stake


@dataclass(frozen=True)
class NextItem(Stake):
    """Every position of a history predicts the item that comes next, weighted by the feedback that it got."""

    name: str = "next_item"
    weight: float = 1.0
    max_history: int = 200
    """Longest window; a longer history gives several, each interaction being a target once."""
    metrics: tuple[str, ...] = ("ndcg@10", "hr@10", "mrr@10")
    writes: ClassVar[bool] = False

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per window of a history."""
        need_interactions(dataset, self.name)
        for window in windows(dataset, split, self.max_history, epoch):
            context, positions = target_positions(window, split)
            target = NextItems(
                positions,
                tuple(entry.item for entry in window.targets),
                tuple(feedback_weight(entry) for entry in window.targets),
            )
            yield Example(self.name, (History(context),), target, window.user)


def feedback_weight(entry: Entry) -> float:
    """How much a target counts: its rating over the highest rating, 1 for a plain event."""
    return 1.0 if entry.rating is None else entry.rating / RATING_SCALE[1]
