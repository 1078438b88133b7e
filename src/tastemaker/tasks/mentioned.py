"""What the real dialogues of training say of items: training evidence beside interactions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import IntArray, Split
from tastemaker.tasks.example import Task
from tastemaker.tasks.talks import talks


@dataclass(frozen=True)
class Mentions:
    """The items of training dialogues."""

    targets: IntArray
    """`[I]`: in how many replies each item stands, and so is a target."""
    items: IntArray
    """`[M]`: what each dialogue names, by anybody, in the order of the first mention; one dialogue behind another."""
    dialogues: IntArray
    """`[M]`: the number of each one's dialogue."""


@runtime_checkable
class Mentioning(Protocol):
    """A task that may be trained on real dialogues."""

    def mentions(self, dataset: Dataset) -> Mentions | None:
        """What they say of items; None where none is trained on."""
        ...


def mentions(dataset: Dataset) -> Mentions:
    """Count and list the mentions of the training dialogues."""
    targets = np.zeros(len(dataset.catalog), dtype=np.int64)
    items, dialogues = list[int](), list[int]()
    for talk in talks(dataset, Split.TRAIN):
        for place in talk.replies:
            targets[sorted(set(talk.turns[place].items))] += 1
        named = dict.fromkeys(item for turn in talk.turns for item in turn.items)
        items += named
        dialogues += [talk.number] * len(named)
    return Mentions(targets, np.array(items, dtype=np.int64), np.array(dialogues, dtype=np.int64))


@dataclass(frozen=True)
class TrainingItems:
    """What training knows of items, from interactions and from dialogues."""

    chosen: IntArray
    """`[I]`: interactions."""
    counts: IntArray
    """`[I]`: these, and replies of which the item is a target."""
    items: IntArray
    """`[N]`: what users chose, then what dialogues named, each one's in a row and in order."""
    owners: IntArray
    """`[N]`: the user or dialogue of each; dialogues are numbered behind the users."""

    @property
    def by_place(self) -> IntArray:
        """`[2, I]`: how often training tells each item in histories, and in slots of replies; one with 0 is cold there.

        An item that people only talk of has never been chosen. Where nobody chooses, histories hold what is talked of.
        """
        return np.stack([self.chosen if self.chosen.any() else self.counts, self.counts])


def mentions_of(dataset: Dataset, tasks: Iterable[Task]) -> Mentions | None:
    """What the dialogues that one of these tasks is trained on say of items; None where none is."""
    said = (task.mentions(dataset) for task in tasks if isinstance(task, Mentioning))
    return next(filter(None, said), None)


def training_items(dataset: Dataset, tasks: Iterable[Task]) -> TrainingItems:
    """Gather what training knows of items where it is of these tasks."""
    counts, known = dataset.train_counts, dataset.is_training
    items, owners = [dataset.items[known]], [dataset.owners[known]]
    said = (task.mentions(dataset) for task in tasks if isinstance(task, Mentioning))
    for found in filter(None, said):
        counts = counts + found.targets
        items.append(found.items)
        owners.append(found.dialogues + len(dataset.user_ids))
    return TrainingItems(dataset.train_counts, counts, np.concatenate(items), np.concatenate(owners))
