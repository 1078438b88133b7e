import math
from collections import Counter
from dataclasses import replace

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import HISTORY, Batch, ItemTargets, collate
from tastemaker.model.heads import Asked
from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import REC
from tastemaker.tasks import TASKS
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.mixture import group_tasks

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


def test_what_is_only_talked_of_is_no_item_to_come_next(model: TrainedModel) -> None:
    """An item that is cold in histories and warm in replies counts where it is told, and nowhere else."""
    network, item = model.network, 7

    def in_reply(*targets: int) -> Batch:
        row = Row.of([Position(REC)], (), {"task": TaskTargets([0], list(targets), [1.0])})
        return collate([row])

    def losses() -> tuple[float, float]:
        with torch.no_grad():
            slot = task_losses(network, in_reply(5), vectors, TRIVIAL)["task"]
        return loss(model, TaskTargets([0], [5], [1.0])), float(slot)

    vectors = network.item_vectors()
    both = losses()
    network.item_table.is_warm[HISTORY, item] = False
    after = losses()
    assert after[1] == both[1]
    assert after[0] < both[0], "one item less to choose from"


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


def sums(model: TrainedModel, rows: list[Row]) -> dict[tuple[str, str], float]:
    """The losses of all targets of each task and kind, summed up."""
    network, batch = model.network, collate(rows)
    trivial = replace(TRIVIAL, labels={it.name: 1.0 for it in network.label_sets})
    found = {}
    for task, kinds in batch.targets.items():
        for kind, target in kinds.items():
            part = Batch(batch.tokens, batch.items, batch.actions, {task: {kind: target}}, batch.wishes, batch.places)
            mean = float(task_losses(network, part, network.item_vectors(), trivial)[task])
            is_item = isinstance(target, ItemTargets)
            found[task, kind] = mean * float(target.weights.sum() if is_item else len(target.at))
    return found


@torch.no_grad()
def test_a_neighbour_changes_no_loss(model: TrainedModel, shop: Dataset) -> None:
    """The losses of a batch of all tasks are those of its rows, each read alone."""
    groups = group_tasks(shop, [task() for task in TASKS.values()])
    rows = [row for group in groups for row in group.rows(shop, Split.TRAIN, model.layout)[:3]]
    together, alone = sums(model, rows), Counter[tuple[str, str]]()
    for row in rows:
        alone.update(sums(model, [row]))
    assert {task for task, _ in together} == set(TASKS)
    assert together == pytest.approx(dict(alone), rel=1e-4)
