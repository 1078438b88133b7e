import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import collate
from tastemaker.model.heads import Asked
from tastemaker.tasks.example import Example, History, Score
from tastemaker.tasks.rating import Rating


def test_a_rating_in_use_is_the_one_that_training_sees(model: TrainedModel, shop: Dataset) -> None:
    """Training reads a history once and rates at every position; use reads only what came before."""
    example = max(Rating().examples(shop, Split.TRAIN), key=lambda example: len(example.target.items))  # type: ignore[union-attr]
    target, (history,) = example.target, example.context
    assert isinstance(target, Score) and isinstance(history, History)
    network, batch = model.network, collate([model.layout.row([example])])
    vectors = network.item_vectors()
    with torch.no_grad():
        traits = network.scoring_head.traits(vectors)
        past = network.scoring_head.past(batch.items, batch.actions, traits).at(torch.tensor(target.positions))
        states = network(batch, vectors)[list(target.positions)]
        ratings = network.scoring_head.ratings(Asked(states, past, traits, torch.tensor(target.items)))
    cut = [
        Example("rating", (History(history.entries[:at]),), Score("rating", (at,), (item,), (value,)))
        for at, item, value in zip(target.positions, target.items, target.values, strict=True)
    ]
    used = [float(values[0]) for values in Predictor(model).values(cut)]
    assert used == pytest.approx(ratings.clamp(1, 5).tolist(), abs=1e-4)


def test_items_rated_together_are_rated_as_one_by_one(model: TrainedModel, shop: Dataset) -> None:
    history = (History(shop.history(2)[:6]),)
    every = Example("like", history, Score("like", (6,) * 24, tuple(range(24)), (0.0,) * 24))
    single = [Example("like", history, Score("like", (6,), (item,), (0.0,))) for item in range(24)]
    predictor = Predictor(model)
    alone = [float(values[0]) for values in predictor.values(single)]
    assert predictor.values([every])[0].tolist() == pytest.approx(alone, abs=1e-5)
    assert len(set(alone)) > 1
