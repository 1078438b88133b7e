import numpy as np
import pytest
import torch
from torch import Tensor

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Entry
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.inference.reading import Reader
from tastemaker.model.batch import Batch
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_mentions import ItemMentions, mention_edges
from tastemaker.model.item_trend import ItemTrend
from tastemaker.model.item_wishes import ItemWishes, wish_edges
from tastemaker.tasks.example import History, Item, Text


def all_warm(model: TrainedModel) -> TrainedModel:
    """What adds to warm scores moves cold ones, too."""
    model.network.item_table.is_warm.fill_(True)
    return model


def test_the_graph_adds_to_scores_what_its_weight_says(model: TrainedModel) -> None:
    reader = Reader(all_warm(model))
    rows = [reader.history_row((History((Entry(3, 6), Entry(item, 6))),)) for item in (4, 9)]
    before = reader.scores(rows)
    model.network.item_graph = ItemGraph(graph_edges(np.array([9, 11]), np.array([0, 0]), len(model.catalog)))
    model.network.item_graph.weight.fill_(0.5)
    gained = reader.scores(rows) - before
    assert gained[1, 11] == torch.tensor(0.5) * np.log1p(100)
    gained[1, 11] = 0.0
    assert not gained.any()


def test_so_does_the_trend(model: TrainedModel) -> None:
    reader, values = Reader(all_warm(model)), torch.linspace(-1.0, 1.0, len(model.catalog))
    rows = [reader.history_row((History((Entry(item, 6),)),)) for item in (4, 9)]
    before = reader.scores(rows)
    model.network.item_trend = ItemTrend(values)
    model.network.item_trend.weight.fill_(2.0)
    torch.testing.assert_close(reader.scores(rows) - before, (2.0 * values).expand(2, -1))


def test_wishes_and_mentions_add_to_the_scores_of_a_slot_alone(model: TrainedModel) -> None:
    plain, catalog = Reader(all_warm(model)), model.catalog
    context = (History(()), Text("a western like i4", "user"), Item(4))
    before = plain.scores([plain.slot_row(context), plain.history_row(context)])
    asking = TrainedModel(model.network, model.tokenizer, catalog, model.recipe)
    network, reader = asking.network, Reader(asking)
    network.item_wishes = ItemWishes(wish_edges(FactNumbers(catalog), catalog), len(catalog))
    network.item_mentions = ItemMentions(mention_edges(np.array([4, 7]), np.array([0, 0]), 24), torch.ones(24))
    network.item_wishes.weight.fill_(1.5)
    network.item_mentions.weight.fill_(0.5)
    gained = reader.scores([reader.slot_row(context), reader.history_row(context)]) - before
    is_western = torch.tensor([float("Western" in item.values("genre")) for item in catalog])
    is_named = torch.zeros(24)
    is_named[7] = 1.0
    expected = 1.5 * is_western + 0.5 * (is_named + 80 / 24).log()
    torch.testing.assert_close(gained, torch.stack((expected, torch.zeros(24))))


def test_rows_that_were_read_are_not_read_again(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Reader(model).history_row((History((Entry(item, 6),)),)) for item in (4, 9, 4)]
    expected = Reader(model).last_states(rows)
    reader, read = Reader(model, kept={}), list[int]()
    forward = model.network.forward

    def counted(batch: Batch, vectors: Tensor) -> Tensor:
        read.append(len(batch.tokens))
        return forward(batch, vectors)

    monkeypatch.setattr(model.network, "forward", counted)
    torch.testing.assert_close(reader.doing("next_item").last_states(rows[:2]), expected[:2])
    torch.testing.assert_close(reader.doing("like").last_states(rows), expected)
    assert read == [2]


def test_what_a_row_is_read_as_counts(model: TrainedModel) -> None:
    reader, others = Reader(model, kept={}), [Entry(4, 6), Entry(4, 2), Entry(5, 6)]
    rows = [reader.history_row((History((entry,)),)) for entry in others]
    torch.testing.assert_close(reader.last_states(rows), Reader(model).last_states(rows))
    assert len(reader.kept or ()) == len(others)
