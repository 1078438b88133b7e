import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from tastemaker.checkpoint.spent import FITS, FITTED, is_finished
from tastemaker.checkpoint.store import checkpoint_folder, load_checkpoint
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.label_head import LabelHead
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import LabelSet
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.sentiment import Sentiment
from tastemaker.training import label_fit
from tastemaker.training.label_cuts import LabelStates, decide, label_states
from tastemaker.training.label_fit import RIDGES, fit_label_heads, label_rows
from tastemaker.training.look import Look
from tastemaker.training.validation import batched
from tastemaker.training.watch import Silent
from tests.training.test_loop import trainer

TASKS = (Category(), Sentiment(), NextItem())
ONE = LabelSet("feeling", ("bad", "fair", "good"), (0.1, 0.2, 0.7), is_multi=False)
SEVERAL = LabelSet("genre", ("comedy", "drama"), (0.3, 0.4), is_multi=True)


def drawn(labels: LabelSet, count: int = 60) -> LabelStates:
    """States of four numbers of different sizes, and classes that depend on them, if not by them alone."""
    random = torch.Generator().manual_seed(0)
    states = torch.randn(count, 4, generator=random) * torch.tensor([1.0, 5.0, 0.1, 2.0]) + 3.0
    raised = (states - 3.0) @ torch.randn(4, len(labels.classes), generator=random)
    raised = raised + torch.randn(raised.shape, generator=random)
    values = (raised > 0).float() if labels.is_multi else torch.nn.functional.one_hot(raised.argmax(1), 3).float()
    return LabelStates(states, values)


def reference(learnt: LabelStates, true: Tensor, ridge: float) -> Tensor:
    """Log-odds, or logarithms of chances, of the same states by scikit-learn."""
    states = (learnt.states - learnt.states.mean(0)) / learnt.states.std(0)
    model = LogisticRegression(C=1 / (ridge * len(states)), tol=1e-8, max_iter=10_000).fit(states, true)
    return torch.from_numpy(model.decision_function(states)).float()


@pytest.mark.parametrize("ridge", RIDGES)
def test_it_is_the_logistic_regression_on_standardised_states(ridge: float) -> None:
    learnt = drawn(ONE)
    weight, bias = label_fit._regression(LabelHead(4, ONE), learnt, ridge)
    found = (learnt.states @ weight.T + bias).log_softmax(1)
    expected = reference(learnt, learnt.values.argmax(1), ridge).log_softmax(1)
    torch.testing.assert_close(found, expected, atol=5e-3, rtol=1e-2)


def test_where_several_may_hold_it_is_one_for_each_class() -> None:
    learnt = drawn(SEVERAL)
    weight, bias = label_fit._regression(LabelHead(4, SEVERAL), learnt, 0.01)
    for place in range(2):
        expected = reference(learnt, learnt.values[:, place], 2 * 0.01)  # the mean is over classes, too
        torch.testing.assert_close((learnt.states @ weight.T + bias)[:, place], expected, atol=5e-3, rtol=1e-2)


@pytest.mark.parametrize("labels", [ONE, SEVERAL], ids=lambda it: it.name)
def test_a_head_is_settled_on_what_is_best_on_validation_and_stays_if_it_is_that(labels: LabelSet) -> None:
    learnt, head = drawn(labels), LabelHead(4, labels).eval()
    plain = decide(head, learnt)
    reached = label_fit._fit(head, learnt, learnt)
    assert reached == decide(head, learnt) > plain
    weight = head.mean_weight.clone()
    opposite = replace(learnt, values=learnt.values.roll(7, 0))
    assert label_fit._fit(head, opposite, learnt) == reached
    assert torch.equal(head.mean_weight, weight)


def test_every_head_of_a_network_is_fitted_to_its_own_training_texts(model: TrainedModel, shop: Dataset) -> None:
    rows = label_rows(shop, TASKS, model.layout, 1000)
    assert len(rows) == sum(len(list(task.examples(shop, Split.TRAIN))) for task in TASKS[:2])
    assert len(label_rows(shop, TASKS, model.layout, 5)) == 10 and not label_rows(shop, TASKS, model.layout, 0)
    others = [model.layout.row([it]) for it in NextItem().examples(shop, Split.VALIDATION)]
    look = Look.at(model.network, list(batched([*rows, *others])))
    before = {name: decide(model.network.label_head(name), it) for name, it in label_states(look).items()}
    reached = fit_label_heads(look, rows)
    assert reached.keys() == before.keys() == {"category", "sentiment"}
    assert all(reached[name] > before[name] for name in before)


def test_heads_are_fitted_in_single_precision(
    model: TrainedModel, shop: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = label_rows(shop, TASKS[:1], model.layout, 1000)
    mixed: dict[str, bool] = {}

    def noted(name: str) -> None:
        plain = getattr(label_fit, name)

        def heard(*given: object) -> object:
            mixed[name] = torch.is_autocast_enabled("cpu")
            return plain(*given)

        monkeypatch.setattr(label_fit, name, heard)

    noted("label_states")
    noted("_regression")
    with torch.autocast("cpu", torch.bfloat16):
        fit_label_heads(Look.at(model.network, list(batched(rows))), rows)
    assert mixed == {"label_states": True, "_regression": False}


class Listener(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, message: str) -> None:
        self.heard.append(message)


def ended(shop: Dataset, out: Path, most: int, resume: bool = False) -> list[str]:
    """What a training says that fits heads to so many texts."""
    each = trainer(shop, out, fit_examples=most)
    listener = each.watch = Listener()
    each.run(resume)
    return listener.heard


def test_when_training_is_over_the_best_checkpoint_is_fitted_once(shop: Dataset, tmp_path: Path) -> None:
    assert ended(shop, tmp_path / "plain", 0) == []
    assert ended(shop, tmp_path / "fit", 1000)[0].startswith("label heads: fitted to ")
    before, after = (load_checkpoint(tmp_path / name, "best") for name in ("plain", "fit"))
    assert after.documents["training"] == {**before.documents["training"], FITS: True, FITTED: True}
    assert is_finished(tmp_path / "plain") and is_finished(tmp_path / "fit")
    place = checkpoint_folder(tmp_path / "fit", "best") / "training.json"
    whole = place.read_bytes()
    place.write_text(json.dumps({name: it for name, it in json.loads(whole).items() if name != FITTED}))
    assert not is_finished(tmp_path / "fit"), "as if killed while heads were fitted"
    place.write_bytes(whole)
    weights = after.tensors["weights"]
    changed = {name for name, it in before.tensors["weights"].items() if not torch.equal(it, weights[name])}
    assert changed and all(name.startswith("label_heads.") for name in changed)
    assert ended(shop, tmp_path / "fit", 1000, resume=True) == []
    assert torch.equal(
        load_checkpoint(tmp_path / "fit", "best").tensors["weights"][min(changed)], weights[min(changed)]
    )
