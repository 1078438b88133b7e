import numpy as np
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Entry
from tastemaker.inference.reading import Reader
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_trend import ItemTrend
from tastemaker.tasks.example import History


def test_the_graph_adds_to_scores_what_its_weight_says(model: TrainedModel) -> None:
    reader = Reader(model)
    rows = [reader.history_row((History((Entry(3, 6), Entry(item, 6))),)) for item in (4, 9)]
    before = reader.scores(rows)
    model.network.item_graph = ItemGraph(graph_edges(np.array([9, 11]), np.array([0, 0]), len(model.catalog)))
    model.network.item_graph.weight.fill_(0.5)
    gained = reader.scores(rows) - before
    assert gained[1, 11] == torch.tensor(0.5) * np.log1p(100)
    gained[1, 11] = 0.0
    assert not gained.any()


def test_so_does_the_trend(model: TrainedModel) -> None:
    reader, values = Reader(model), torch.linspace(-1.0, 1.0, len(model.catalog))
    rows = [reader.history_row((History((Entry(item, 6),)),)) for item in (4, 9)]
    before = reader.scores(rows)
    model.network.item_trend = ItemTrend(values)
    model.network.item_trend.weight.fill_(2.0)
    torch.testing.assert_close(reader.scores(rows) - before, (2.0 * values).expand(2, -1))
