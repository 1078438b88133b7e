"""Predict the rating that a user gives an item."""

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
class Rating(Stake):
    """Every position of a history predicts the rating of the item that comes next, given that item."""

    name: str = "rating"
    weight: float = 1.0
    max_history: int = 200
    metrics: tuple[str, ...] = ("rmse", "mae")
    writes: ClassVar[bool] = False

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per window that holds a rating."""
        need_interactions(dataset, self.name)
        if not dataset.has_ratings:
            raise DataError(
                f"{dataset.config.path}: task 'rating' needs ratings in interactions.parquet, column 'rating', "
                "found only nulls. Remove [tasks.rating] from the recipe."
            )
        for window in windows(dataset, split, self.max_history, epoch):
            context, positions = target_positions(window, split)
            rated = [
                (position, entry.item, entry.rating)
                for position, entry in zip(positions, window.targets, strict=True)
                if entry.rating is not None
            ]
            if rated:
                at, items, values = zip(*rated, strict=True)
                yield Example(self.name, (History(context),), Score("rating", at, items, values), window.user)
