"""Predict whether a user will like an item."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks.example import Example, History, Score
from tastemaker.tasks.history import target_positions, windows
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.stake import Stake


@dataclass(frozen=True)
class Like(Stake):
    """Every position of a history predicts whether the item that comes next will be liked, given that item."""

    name: str = "like"
    weight: float = 1.0
    max_history: int = 200
    metrics: tuple[str, ...] = ("accuracy", "precision", "recall", "f1")
    writes: ClassVar[bool] = False

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per window."""
        need_interactions(dataset, self.name)
        if not dataset.has_opinions:
            raise DataError(
                f"{dataset.config.path}: task 'like' needs ratings, or both 'like' and 'dislike' events, in "
                "interactions.parquet, found neither. Remove [tasks.like] from the recipe."
            )
        for window in windows(dataset, split, self.max_history, epoch):
            context, positions = target_positions(window, split)
            judged = [
                (position, entry.item, float(dataset.likes(entry)))
                for position, entry in zip(positions, window.targets, strict=True)
                if dataset.is_opinion(entry)
            ]
            if judged:
                at, items, values = zip(*judged, strict=True)
                yield Example(self.name, (History(context),), Score("like", at, items, values), window.user)
