import math

import numpy as np
import pytest
import torch

from tastemaker.model.edges import RECENCY, Edges
from tastemaker.model.item_graph import BACKWARD, DISTANCE, POPULARITY, SCALE, WINDOW, ItemGraph, graph_edges


def graph_of(*histories: list[int], size: int = 8) -> ItemGraph:
    items = np.array([item for history in histories for item in history], dtype=np.int64)
    users = np.array([user for user, history in enumerate(histories) for _ in history], dtype=np.int64)
    return ItemGraph(graph_edges(items, users, size))


def shares(graph: ItemGraph, *histories: list[int]) -> torch.Tensor:
    return (graph(torch.tensor(histories)).exp() - 1) / SCALE


def test_neighbours_count_by_distance_and_direction() -> None:
    found = shares(graph_of([0, 1, 2, 3, 4]), [1])[0]
    weights = torch.tensor([BACKWARD, 0.0, 1.0, DISTANCE, DISTANCE**2, 0.0, 0.0, 0.0])
    torch.testing.assert_close(found, weights / weights.sum())


def test_two_users_are_not_joined_and_pairs_add_up() -> None:
    found = shares(graph_of([0, 1], [2, 3], [0, 2, 4]), [0])[0]
    assert found[3] == 0.0
    apart, popular = DISTANCE, 2**-POPULARITY
    torch.testing.assert_close(found[[1, 2, 4]], torch.tensor([1.0, popular, apart]) / (1 + popular + apart))
    twice = 2 * 2**-POPULARITY
    assert shares(graph_of([0, 1], [0, 1], [0, 2]), [0])[0, 1] == pytest.approx(twice / (twice + 1))


def test_items_far_apart_are_not_joined() -> None:
    history = list(range(WINDOW + 2))
    found = shares(graph_of(history, size=len(history)), [0])[0]
    assert found[WINDOW] > 0
    assert found[WINDOW + 1] == 0


def test_later_items_of_a_history_count_more() -> None:
    found = shares(graph_of([0, 1], [2, 3]), [-1, 0, 2])[0]
    assert found[3] == pytest.approx(1 / (1 + RECENCY))
    assert found[1] == pytest.approx(RECENCY / (1 + RECENCY))


def test_padding_may_stand_anywhere() -> None:
    graph = graph_of([0, 1], [2, 3])
    one, other = graph(torch.tensor([[-1, 0, 2], [0, -1, 2]]))
    assert torch.equal(one, other)


def test_of_a_historys_own_items_and_of_strangers_it_says_nothing() -> None:
    graph = graph_of([0, 1, 2])
    assert graph(torch.tensor([[0, 1]]))[0].tolist() == [0.0, 0.0, pytest.approx(math.log1p(SCALE)), *[0.0] * 5]
    assert not graph(torch.tensor([[7], [-1]])).any()


def test_without_edges_it_is_zero() -> None:
    graph = ItemGraph(Edges.none(5))
    assert not graph.is_informed
    assert graph(torch.tensor([[0, 1]])).tolist() == [[0.0] * 5]
