import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.metrics.classes import Classes, macro_f1, micro_f1
from tastemaker.model.batch import Batch, LabelTargets, collate
from tastemaker.model.label_head import LabelHead, context_means
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import LabelSet, Task
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.sentiment import Sentiment
from tastemaker.training.label_cuts import OFF, best_cut, best_off, set_label_cuts
from tastemaker.training.look import Look

ONE = LabelSet("feeling", ("bad", "good"), (0.1, 0.9), is_multi=False)


def test_worked_cut() -> None:
    """True are the classes with 3, 2 and 0. Said so far, F1: 2/4, 4/5, 4/6, 6/7, 6/8; the best is from 0 on."""
    logits = torch.tensor([[3.0, 1.0], [2.0, 0.0], [-1.0, -2.0]])
    values = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert best_cut(logits, values) == 0.0


def test_equal_logits_are_said_together() -> None:
    """F1 of the first alone would be 1; with the other two that weigh the same it is 2/4."""
    logits, values = torch.tensor([[1.0, 1.0, 1.0, 0.0]]), torch.tensor([[1.0, 0.0, 0.0, 0.0]])
    assert best_cut(logits, values) == 1.0
    assert best_cut(torch.tensor([[1.0, 1.0, 2.0]]), torch.tensor([[1.0, 1.0, 0.0]])) == 1.0


def test_the_cut_is_the_best_of_all() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        logits, true = random.normal(size=(30, 4)).astype(np.float32), random.random((30, 4)) < 0.3
        found = best_cut(torch.from_numpy(logits), torch.from_numpy(true).float())
        reached = {cut: micro_f1(Classes(logits >= cut, true)).value for cut in logits.flatten().tolist()}
        assert reached[found] == pytest.approx(max(reached.values()))


def test_worked_share_that_is_taken_off() -> None:
    """Good leads by 2, 1 and 2; less ln 9 = 2.2 times .5 it leads by .9, -.1 and .9."""
    head = LabelHead(4, ONE)
    logits, values = (
        torch.tensor([[0.0, 2.0], [0.0, 1.0], [0.0, 2.0]]),
        torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]),
    )
    assert best_off(head, logits, values) == 0.5
    assert best_off(head, logits, torch.tensor([[0.0, 1.0]] * 3)) == 0.0, "of equal ones the fewest"


def validation(model: TrainedModel, shop: Dataset, task: Task) -> Batch:
    return collate([model.layout.row([example]) for example in task.examples(shop, Split.VALIDATION)])


def told(model: TrainedModel, batch: Batch, name: str) -> tuple[torch.Tensor, NDArray[np.bool_]]:
    """The logits of a head with random weights, and which classes hold."""
    target = batch.targets[name][name]
    assert isinstance(target, LabelTargets)
    with torch.no_grad():
        states = model.network.eval()(batch, model.network.item_vectors())
        means = context_means(states, target.at, batch.tokens.shape[1])
        return model.network.label_head(name)(means), target.values.numpy() >= 0.5


def test_every_head_is_given_what_is_best_on_validation(model: TrainedModel, shop: Dataset) -> None:
    several, one = (model.network.label_head(name) for name in ("category", "sentiment"))
    for head in (several, one):
        torch.nn.init.normal_(head.linear.weight, generator=torch.Generator().manual_seed(1))
        head.update_mean()
    genres, feelings = (validation(model, shop, task) for task in (Category(), Sentiment()))
    f1 = set_label_cuts(Look.at(model.network, [validation(model, shop, NextItem()), feelings, genres]))
    assert model.network.training
    logits, true = told(model, genres, "category")
    reached = {cut: micro_f1(Classes(logits.numpy() >= cut, true)).value for cut in logits.flatten().tolist()}
    assert reached[float(several.cut)] == max(reached.values()) > min(reached.values())
    assert f1.keys() == {"category", "sentiment"}
    assert f1["category"] == micro_f1(Classes(several.said(logits, several.cut).numpy(), true)).value
    logits, true = told(model, feelings, "sentiment")
    reached = {off: macro_f1(Classes(one.said(logits, off).numpy(), true)).value for off in OFF}
    assert float(one.cut) == pytest.approx(max(OFF, key=lambda off: reached[off]))
    assert f1["sentiment"] == max(reached.values())
    assert max(reached.values()) > min(reached.values())


def test_without_batches_of_labels_nothing_changes(model: TrainedModel, shop: Dataset) -> None:
    assert set_label_cuts(Look.at(model.network, [validation(model, shop, NextItem())])) == {}
    assert float(model.network.label_head("category").cut) == 0.0
