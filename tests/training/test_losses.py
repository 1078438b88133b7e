import math

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.model.batch import Batch, collate
from tastemaker.model.heads import Asked
from tastemaker.model.layout import Position, Row, TaskTargets
from tastemaker.training.losses import TrivialLosses, task_losses

TRIVIAL = TrivialLosses(items=2.0, text=4.0, rating=0.5, like=0.25)


def batch_of(targets: TaskTargets) -> Batch:
    return collate([Row.of([Position(1), Position(item=3, action=6)], (), {"task": targets})])


def loss(model: TrainedModel, targets: TaskTargets) -> float:
    vectors = model.network.item_vectors()
    with torch.no_grad():
        return float(task_losses(model.network, batch_of(targets), vectors, TRIVIAL)["task"])


def test_item_loss_is_weighted_by_feedback_over_warm_items(model: TrainedModel) -> None:
    network, vectors = model.network, model.network.item_vectors()
    with torch.no_grad():
        state = network(batch_of(TaskTargets([0], [1], [1.0])), vectors)
        logs = (state[:2] @ vectors[:-1].T).log_softmax(-1)
    expected = -(1.0 * float(logs[0, 5]) + 0.2 * float(logs[1, 2])) / 1.2
    assert loss(model, TaskTargets([0, 1], [5, 2], [1.0, 0.2])) == pytest.approx(expected / 2.0, rel=1e-5)


def test_a_cold_target_is_left_out(model: TrainedModel) -> None:
    with_cold = loss(model, TaskTargets([0, 1], [5, 23], [1.0, 1.0]))
    assert with_cold == pytest.approx(loss(model, TaskTargets([0], [5], [1.0])))


def test_kinds_of_one_task_add_up(model: TrainedModel) -> None:
    words = TaskTargets(text_at=[0], tokens=[12])
    items = TaskTargets([1], [5], [1.0])
    both = TaskTargets([1], [5], [1.0], text_at=[0], tokens=[12])
    assert loss(model, both) == pytest.approx(loss(model, words) + loss(model, items), rel=1e-5)


def test_rating_loss_is_the_squared_error_over_the_variance(model: TrainedModel) -> None:
    network, vectors = model.network, model.network.item_vectors()
    targets = TaskTargets(score_at={"rating": [1]}, scored_items={"rating": [4]}, score_values={"rating": [2.0]})
    with torch.no_grad():
        batch, head = batch_of(targets), network.scoring_head
        traits = head.traits(vectors)
        past = head.past(batch.items, batch.actions, traits).at(torch.tensor([1]))
        rating = head.ratings(Asked(network(batch, vectors)[1:2], past, traits, torch.tensor([4])))
    assert loss(model, targets) == pytest.approx((float(rating) - 2.0) ** 2 / 0.5, rel=1e-5)


def test_trivial_losses_are_those_of_training(shop: Dataset) -> None:
    trivial = TrivialLosses.of(shop, 500, int((shop.train_counts > 0).sum()))
    assert trivial.items == pytest.approx(math.log((shop.train_counts > 0).sum()))
    assert trivial.text == pytest.approx(math.log(500))
    ratings = [entry.rating for user in range(12) for entry in shop.history(user)[:9]]
    mean = sum(ratings) / len(ratings)  # type: ignore[arg-type]
    assert trivial.rating == pytest.approx(sum((r - mean) ** 2 for r in ratings) / len(ratings), rel=1e-5)  # type: ignore[operator]
    liked = sum(r >= 4 for r in ratings) / len(ratings)  # type: ignore[operator]
    assert trivial.like == pytest.approx(-liked * math.log(liked) - (1 - liked) * math.log(1 - liked))
