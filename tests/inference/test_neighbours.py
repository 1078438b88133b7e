"""What stands beside a row in a batch cannot change what is told of it."""

import numpy as np
import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.data.split import Split
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.reading import Reader
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_likeness import ItemLikeness, likeness_edges
from tastemaker.model.item_mentions import ItemMentions, mention_edges
from tastemaker.model.item_trend import ItemTrend
from tastemaker.model.item_wishes import ItemWishes, wish_edges
from tastemaker.model.row import Row
from tastemaker.tasks.example import History, Item, Text
from tastemaker.tasks.like import Like
from tastemaker.tasks.sentiment import Sentiment


@pytest.fixture
def reader(model: TrainedModel, shop: Dataset) -> Reader:
    """A model whose every term adds to the scores."""
    network, items, owners = model.network, np.arange(20), np.arange(20) // 5
    network.item_graph = ItemGraph(graph_edges(items, owners, 24))
    network.item_trend = ItemTrend(torch.linspace(-1.0, 1.0, 24))
    network.item_likeness = ItemLikeness(likeness_edges(torch.randn(24, 8), torch.zeros(24)))
    network.item_mentions = ItemMentions(mention_edges(items, owners, 24), torch.ones(24))
    network.item_wishes = ItemWishes(wish_edges(FactNumbers(shop.catalog), shop.catalog), 24)
    for term in network.terms:
        term.weight.fill_(1.0)
    assert len(network.terms) == 5
    return Reader(model)


def history_rows(reader: Reader, shop: Dataset) -> list[Row]:
    return [reader.history_row((History(shop.history(user)[:length]),)) for user, length in enumerate((3, 0, 11, 1, 6))]


def slot_rows(reader: Reader) -> list[Row]:
    said = ("a western", "something like the one that I saw last week at sea, but a comedy and from the 1980s", "hi")
    talks = [(History((Entry(9, 6),) * at), Text(words, "user"), Item(4 + at)) for at, words in enumerate(said)]
    rows = [reader.slot_row(talk, lead) for talk, lead in zip(talks, ((), (9, 9, 9), (9,)), strict=True)]
    assert [bool(row.wishes) for row in rows] == [True, True, False]
    return rows


@pytest.mark.parametrize("others", ["histories", "slots", "both"])
def test_scores_alone_are_those_beside_others(reader: Reader, shop: Dataset, others: str) -> None:
    histories, slots = history_rows(reader, shop), slot_rows(reader)
    rows = {"histories": histories, "slots": slots, "both": [*slots, *histories]}[others]
    assert len({len(row) for row in rows}) >= len(rows) - 1, "all but the longest are padded"
    together = reader.scores(rows)
    for scores, row in zip(together, rows, strict=True):
        torch.testing.assert_close(scores, reader.scores([row])[0], rtol=1e-4, atol=1e-4)
    assert torch.unique((together * 100).round(), dim=0).shape == together.shape, "no two rows are scored alike"


def test_another_neighbour_changes_nothing(reader: Reader, shop: Dataset) -> None:
    for row in (*history_rows(reader, shop), *slot_rows(reader)):
        beside = [reader.scores([row, other])[0] for other in slot_rows(reader)]
        torch.testing.assert_close(beside[1:], beside[:1] * 2, rtol=1e-4, atol=1e-4)


def test_opinions_alone_are_those_beside_others(reader: Reader, shop: Dataset) -> None:
    predictor, opinions = Predictor(reader.model), list(Like().examples(shop, Split.TEST))
    for values, example in zip(predictor.values(opinions), opinions, strict=True):
        np.testing.assert_allclose(values, predictor.values([example])[0], atol=1e-5)


def test_what_tells_classes_alone_is_that_beside_others(reader: Reader, shop: Dataset) -> None:
    rows = [reader.history_row(example.context) for example in Sentiment().examples(shop, Split.TEST)]
    for state, row in zip(reader.mean_states(rows), rows, strict=True):
        torch.testing.assert_close(state, reader.mean_states([row])[0], rtol=1e-4, atol=1e-5)
