import math

import pytest
import torch
from torch import Tensor, nn

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import LabelTargets, collate
from tastemaker.model.label_head import LabelHead, context_means
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import Label, LabelSet
from tastemaker.tasks.sentiment import Sentiment

WIDTH = 8
ONE = LabelSet("feeling", ("bad", "fair", "good"), (0.1, 0.2, 0.7), is_multi=False)
SEVERAL = LabelSet("genre", ("Comedy", "Drama", "War"), (0.5, 0.4, 0.05), is_multi=True)


def states(rows: int = 4) -> Tensor:
    return torch.randn(rows, WIDTH, generator=torch.Generator().manual_seed(0))


def saying(labels: LabelSet, cut: float = 0.0) -> LabelHead:
    """A head whose logits are the first entries of a state."""
    head = LabelHead(WIDTH, labels)
    with torch.no_grad():
        head.linear.bias.zero_()
        head.linear.weight.copy_(torch.eye(3, WIDTH))
        head.cut.fill_(cut)
    return head


def padded(logits: list[list[float]]) -> Tensor:
    return nn.functional.pad(torch.tensor(logits), (0, WIDTH - 3))


def test_it_starts_at_the_shares_of_training() -> None:
    one, several = LabelHead(WIDTH, ONE), LabelHead(WIDTH, SEVERAL)
    with torch.no_grad():
        assert one(states()).softmax(-1)[2].tolist() == pytest.approx(ONE.shares)
        assert several(states()).sigmoid()[2].tolist() == pytest.approx(SEVERAL.shares)


def test_where_training_has_every_class_as_often_the_loss_is_that_of_knowing_nothing() -> None:
    """Of ten examples one is bad, two are fair and seven good; the entropy of that is .802."""
    values = torch.eye(3)[[0, 1, 1, 2, 2, 2, 2, 2, 2, 2]]
    entropy = -sum(share * math.log(share) for share in ONE.shares)
    assert entropy == pytest.approx(0.802, abs=1e-3)
    assert LabelHead(WIDTH, ONE).loss(states(10), values).item() == pytest.approx(entropy)


def test_several_classes_are_judged_each_by_itself() -> None:
    values = torch.tensor([[1.0, 1.0, 0.0]])
    expected = -(math.log(0.5) + math.log(0.4) + math.log(0.95)) / 3
    assert LabelHead(WIDTH, SEVERAL).loss(states(1), values).item() == pytest.approx(expected)


def test_a_class_that_training_never_or_always_has_starts_at_a_finite_bias() -> None:
    head = LabelHead(WIDTH, LabelSet("odd", ("never", "always"), (0.0, 1.0), is_multi=True))
    assert head.linear.bias.tolist() == pytest.approx([math.log(0.001 / 0.999), math.log(0.999 / 0.001)], rel=1e-4)
    assert torch.isfinite(LabelHead(WIDTH, LabelSet("odd", ("never", "always"), (0.0, 1.0), False)).linear.bias).all()


def test_of_one_class_the_likeliest_is_said() -> None:
    said = saying(ONE).classes(padded([[0.1, 0.3, 0.2], [2.0, 1.0, 1.9]]))
    assert said.tolist() == [[False, True, False], [True, False, False]]


def test_what_is_rare_is_said_sooner_where_the_shares_are_taken_off() -> None:
    """ln .1, .2 and .7 are -2.30, -1.61 and -.36: of logits -2, -2 and 0 they leave .30, -.39 and .36."""
    logits = padded([[-2.0, -2.0, 0.0], [-1.9, -2.0, 0.0]])
    assert saying(ONE, 0.5).classes(logits).int().tolist() == [[0, 0, 1], [0, 0, 1]]
    assert saying(ONE, 1.0).classes(logits).int().tolist() == [[0, 0, 1], [1, 0, 0]]


def test_of_several_all_above_the_cut_are_said_and_one_at_least() -> None:
    logits = padded([[1.0, 0.5, -1.0], [-3.0, -2.0, -4.0], [0.5, 0.4, 0.6]])
    assert saying(SEVERAL, 0.5).classes(logits).int().tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


def test_a_mean_ends_at_its_position() -> None:
    """Two rows of three positions; of the first the last is padding."""
    flat = torch.tensor([[1.0, 0.0], [3.0, 4.0], [9.0, 9.0], [2.0, 2.0], [4.0, 4.0], [6.0, 0.0]])
    assert context_means(flat, torch.tensor([1, 5, 3]), 3).tolist() == [[2.0, 2.0], [4.0, 2.0], [2.0, 2.0]]


def test_labels_are_read_from_the_whole_context_alike_in_training_and_use(model: TrainedModel, shop: Dataset) -> None:
    for task in (Sentiment(), Category()):
        examples = list(task.examples(shop, Split.TEST))
        head, predictor = model.network.label_head(task.name), Predictor(model)
        nn.init.normal_(head.linear.weight, generator=torch.Generator().manual_seed(0))
        head.update_mean()
        batch = collate([model.layout.row([example]) for example in examples])
        target = batch.targets[task.name][task.name]
        assert isinstance(target, LabelTargets)
        with torch.no_grad():
            read = model.network(batch, model.network.item_vectors())
            trained = context_means(read, target.at, batch.tokens.shape[1])
        used = predictor.reader.mean_states([predictor.reader.history_row(example.context) for example in examples])
        assert torch.allclose(trained, used, atol=1e-5)
        assert predictor.classes(examples).tolist() == head.classes(trained).tolist()
        labels = [example.target for example in examples]
        assert target.values.tolist() == [[*label.values] for label in labels if isinstance(label, Label)]


def test_use_has_a_mean_that_is_mostly_of_the_last_fifth_of_its_steps() -> None:
    head = LabelHead(WIDTH, ONE)
    steps = 1000
    for step in range(steps):
        with torch.no_grad():
            head.linear.weight.fill_(step)
        head.update_mean()
    means = padded([[1.0, 1.0, 1.0]])
    told = (head.eval()(means) - head.mean_bias)[0] / 3
    assert told.tolist() == pytest.approx([steps * 5 / 6] * 3, rel=0.01)
    assert (head.train()(means) - head.linear.bias)[0].tolist() == [3.0 * (steps - 1)] * 3


def test_after_one_step_it_is_what_that_left() -> None:
    head = LabelHead(WIDTH, ONE)
    with torch.no_grad():
        head.linear.weight.fill_(0.5)
    head.update_mean()
    assert torch.equal(head.mean_weight, head.linear.weight)
