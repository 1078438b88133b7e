"""Reading and changing the history that an example starts with."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.inference import slots
from tastemaker.tasks.example import Example, History, NextItems, Reply, Score

IntArray = NDArray[np.int64]
Drawn = TypeVar("Drawn")


def history_of(example: Example) -> tuple[Entry, ...]:
    """The entries of the example's history, oldest first."""
    return next((segment.entries for segment in example.context if isinstance(segment, History)), ())


def seen_items(example: Example) -> list[int]:
    """Items that an example's context holds: those of the history, and those that the dialogue so far brought up."""
    return sorted(slots.seen_items(example.context))


def known_items(example: Example, dataset: Dataset, split: Split) -> list[int]:
    """Items not to be recommended again: those of the context, and what the user chose before its window began.

    A context without a history stands for a user of whom nothing is known, and is taken at its word. Where a reply may
    repeat what came up before, as people do, nothing is left out.
    """
    if isinstance(example.target, Reply) and example.target.may_repeat:
        return []
    if example.user is None or not history_of(example):
        return seen_items(example)
    return sorted({*seen_items(example), *(entry.item for entry in dataset.known_before(example.user, split))})


def target_items(example: Example) -> set[int]:
    """The items that a ranking should put first; empty where the example asks for none."""
    return set(example.target.items) if isinstance(example.target, NextItems | Reply) else set()


def novel_items(example: Example) -> set[int]:
    """Those of `target_items` that have not come up before."""
    return target_items(example) - slots.seen_items(example.context)


def with_history(example: Example, entries: tuple[Entry, ...]) -> Example:
    """The same example after another history; its targets are predicted from the end of that."""
    context = tuple(History(entries) if isinstance(part, History) else part for part in example.context)
    target = example.target
    if isinstance(target, NextItems | Score):
        target = replace(target, positions=(len(entries),) * len(target.items))
    return replace(example, context=context, target=target)


def sample(examples: list[Drawn], size: int | None, seed: int) -> list[Drawn]:
    """At most `size` of the examples or cases, drawn without replacement, in their order; all where `size` is None."""
    if size is None or len(examples) <= size:
        return examples
    chosen = np.random.default_rng(seed).choice(len(examples), size=size, replace=False)
    return [examples[row] for row in sorted(chosen)]


def clusters_of(examples: Sequence[Example]) -> IntArray:
    """The user, or the dialogue, of every example; an example without one is a user of its own."""
    users = [-1 - row if example.user is None else example.user for row, example in enumerate(examples)]
    return np.array(users, dtype=np.int64)
