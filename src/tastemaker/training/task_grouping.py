"""Which tasks to train together: the best few groups, by how much the members of a group help each other.

What a task gains in a group is the mean affinity of the other members onto it; alone it gains nothing. Groups may
overlap: a task can be trained in a group only to help, and be served by another. Every grouping is looked at, as in
the paper: it is found by dynamic programming over sets of tasks, which are the bits of a whole number.

Source:
    Fifty et al., "Efficiently Identifying Task Groupings for Multi-Task Learning", NeurIPS 2021, sections 3.2 and 3.3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Tasks, by number, that one model is trained on, and those of them that it is used for."""

    trained: tuple[int, ...]
    used: tuple[int, ...]


Grouping = tuple[Group, ...]
"""Every task is used in one group."""


def best_groupings(affinity: FloatArray, most: int) -> list[Grouping]:
    """The best grouping in at most 1, 2, … `most` groups; of equally good ones, that with fewer groups.

    Args:
        affinity: `[K, K]`, of task i (row) onto task j (column).
        most: groups; more than K are none.
    """
    tasks = len(affinity)
    value, trained = _best_supersets(_gains_of_all(affinity))
    everything = (1 << tasks) - 1
    best, parts = value, [{it: it for it in range(1, everything + 1)}]
    for _ in range(1, min(most, tasks)):
        best, chosen = _with_one_more(best, value, tasks)
        parts.append(chosen)
    return [_grouping(parts[: count + 1], trained, tasks) for count in range(len(parts))]


def gains(affinity: FloatArray, grouping: Grouping) -> FloatArray:
    """What each task gains in the group that it is used in, `[..., K]` for affinities `[..., K, K]`."""
    found = np.zeros(affinity.shape[:-1])
    for group in grouping:
        for task in group.used:
            others = [it for it in group.trained if it != task]
            if others:
                found[..., task] = affinity[..., others, task].mean(-1)
    return found


def _gains_of_all(affinity: FloatArray) -> FloatArray:
    """What each task gains in each set, `[2^K, K]`; minus infinity where it is no member."""
    tasks = len(affinity)
    member = (np.arange(1 << tasks)[:, None] >> np.arange(tasks)) & 1
    others = affinity - np.diag(np.diag(affinity))
    mean = member @ others / np.maximum(member.sum(1, keepdims=True) - 1, 1)
    return np.where(member == 1, mean, -np.inf)


def _best_supersets(of_all: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """For each set of used tasks what it gains at best, `[2^K]`, and the set that is to be trained for that."""
    sets, tasks = of_all.shape
    value, trained = np.zeros(sets), np.zeros(sets, dtype=np.int64)
    for used in range(1, sets):
        sums = of_all[:, [task for task in range(tasks) if used >> task & 1]].sum(1)
        trained[used] = int(sums.argmax())
        value[used] = sums[trained[used]]
    return value, trained


def _with_one_more(best: FloatArray, value: FloatArray, tasks: int) -> tuple[FloatArray, dict[int, int]]:
    """The best values with one group more, and the tasks that it is used for, 0 where it is no use, by set of tasks."""
    improved, chosen = best.copy(), dict.fromkeys(range(1, 1 << tasks), 0)
    for whole in range(1, 1 << tasks):
        lowest, part = whole & -whole, (whole - 1) & whole
        while part:
            if part & lowest and value[part] + best[whole ^ part] > improved[whole]:
                improved[whole], chosen[whole] = value[part] + best[whole ^ part], part
            part = (part - 1) & whole
    return improved, chosen


def _grouping(parts: list[dict[int, int]], trained: NDArray[np.int64], tasks: int) -> Grouping:
    """Take the groups apart, the last one found first."""
    left, found = (1 << tasks) - 1, []
    for chosen in reversed(parts):
        if left and chosen[left]:
            found.append(Group(_members(int(trained[chosen[left]])), _members(chosen[left])))
            left ^= chosen[left]
    return tuple(found)


def _members(bits: int) -> tuple[int, ...]:
    return tuple(task for task in range(bits.bit_length()) if bits >> task & 1)
