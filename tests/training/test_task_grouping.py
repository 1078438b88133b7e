from itertools import combinations

import numpy as np
import pytest

from tastemaker.training.task_grouping import FloatArray, Group, best_groupings, gains

FRIENDS = np.array(
    [
        # onto 0, 1, 2, 3
        [9.0, 0.4, -0.2, -0.2],
        [0.2, 9.0, -0.2, -0.2],
        [-0.2, -0.2, 9.0, 0.6],
        [-0.2, -0.2, 0.0, 9.0],
    ]
)
"""Two pairs that help within and harm between; what a task does to itself counts nowhere."""


def test_pairs_that_help_each_other_are_trained_together() -> None:
    together, two, three = best_groupings(FRIENDS, 3)
    assert together == (Group((0, 1, 2, 3), (0, 1, 2, 3)),)
    # Onto 0: (.2 - .2 - .2) / 3; onto 1: (.4 - .2 - .2) / 3; onto 2: (-.2 - .2 + 0) / 3; onto 3: (-.2 - .2 + .6) / 3
    assert gains(FRIENDS, together) == pytest.approx([-0.2 / 3, 0, -0.4 / 3, 0.2 / 3])
    assert set(two) == {Group((0, 1), (0, 1)), Group((2, 3), (2, 3))}
    assert gains(FRIENDS, two) == pytest.approx([0.2, 0.4, 0.0, 0.6])
    assert set(three) == set(two), "a third group would gain nothing, for alone a task gains 0"


def test_a_task_may_be_trained_only_to_help() -> None:
    affinity = np.array([[9.0, 0.5, 0.5], [-0.1, 9.0, -0.1], [-0.1, -0.1, 9.0]])
    _, two, three = best_groupings(affinity, 3)
    assert set(two) == {Group((0, 1), (1,)), Group((0, 2), (0, 2))} or set(two) == {
        Group((0, 2), (2,)),
        Group((0, 1), (0, 1)),
    }
    assert set(three) == {Group((0,), (0,)), Group((0, 1), (1,)), Group((0, 2), (2,))}
    assert gains(affinity, three) == pytest.approx([0.0, 0.5, 0.5])


def test_gains_of_several_measurements_at_once() -> None:
    _, two = best_groupings(FRIENDS, 2)
    several = np.stack([FRIENDS, 2 * FRIENDS])
    assert gains(several, two) == pytest.approx(np.array([[0.2, 0.4, 0.0, 0.6], [0.4, 0.8, 0.0, 1.2]]))


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_better_than_what_was_found(seed: int) -> None:
    affinity = np.random.default_rng(seed).normal(size=(4, 4))
    for count, found in enumerate(best_groupings(affinity, 3), start=1):
        assert sorted(task for group in found for task in group.used) == [0, 1, 2, 3]
        assert all(set(group.used) <= set(group.trained) for group in found)
        assert gains(affinity, found).sum() == pytest.approx(by_brute_force(affinity, count))


def by_brute_force(affinity: FloatArray, count: int) -> float:
    """Every task gains what the best of the groups that it is in gives it, in every choice of groups."""
    tasks = range(len(affinity))
    groups = [chosen for size in range(1, len(affinity) + 1) for chosen in combinations(tasks, size)]
    best = -np.inf
    for chosen in combinations(groups, count):
        offers = [[_gain(affinity, group, task) for group in chosen if task in group] for task in tasks]
        if all(offers):
            best = max(best, sum(map(max, offers)))
    return max(best, by_brute_force(affinity, count - 1)) if count > 1 else best


def _gain(affinity: FloatArray, group: tuple[int, ...], task: int) -> float:
    return float(np.mean([affinity[it, task] for it in group if it != task])) if len(group) > 1 else 0.0


def test_permuting_tasks_permutes_the_groups() -> None:
    order = [2, 0, 3, 1]
    affinity = np.random.default_rng(3).normal(size=(4, 4))
    plain, permuted = best_groupings(affinity, 2)[1], best_groupings(affinity[np.ix_(order, order)], 2)[1]
    renamed = {
        (frozenset(order[it] for it in group.trained), frozenset(order[it] for it in group.used)) for group in permuted
    }
    assert renamed == {(frozenset(group.trained), frozenset(group.used)) for group in plain}


def test_there_are_no_more_groups_than_tasks() -> None:
    assert len(best_groupings(np.zeros((2, 2)), 5)) == 2
    assert best_groupings(np.zeros((2, 2)), 5)[1] == (Group((0, 1), (0, 1)),), "as good with one group"
