"""Training with something between trunk and heads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tastemaker.balancing.config import BalancingConfig
from tastemaker.checkpoint.trained import TrainedModel, load_trained
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import Batch, collate
from tastemaker.model.network import Network
from tastemaker.tasks import TASKS
from tastemaker.training.calibration import calibrate
from tastemaker.training.label_cuts import set_label_cuts
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.mixture import group_tasks
from tastemaker.training.rating_line import set_rating_line
from tastemaker.training.validation import Validation, mean_ndcg
from tastemaker.training.watch import Silent
from tests.conftest import new_model
from tests.model.sharing_models import KINDS, stirred
from tests.training.test_loop import CONFIG
from tests.training.test_resumed import KilledError, Killer

ALL = [task() for task in TASKS.values()]
READ_NOTHING = ("label_heads", "scoring_head.user")
"""Heads that begin without any weight on states."""


def batches(model: TrainedModel, shop: Dataset) -> list[Batch]:
    """The first four rows of every group."""
    return [collate(group.rows(shop, Split.TRAIN, model.layout)[:4]) for group in group_tasks(shop, ALL)]


def losses(model: TrainedModel, shop: Dataset, read: list[Batch]) -> dict[str, Tensor]:
    network = model.network
    trivial = TrivialLosses.of(shop, model.tokenizer.size, 23, network.label_sets)
    vectors, found = network.item_table(), dict[str, Tensor]()
    for batch in read:
        found |= task_losses(network, batch, vectors, trivial)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_of_every_task_is_learnt_by_what_the_tasks_do_not_share(shop: Dataset, kind: str) -> None:
    """Nothing else learns, so whatever is gained is theirs."""
    model = new_model(shop, **KINDS[kind])
    read, sharing = batches(model, shop), model.network.sharing
    assert sharing is not None
    model.network.label_heads.train()
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if name.startswith(READ_NOTHING):
                parameter.normal_(std=0.1)
    optimizer = torch.optim.Adam(sharing.parameters(), lr=0.02)
    first = {task: float(loss.detach()) for task, loss in losses(model, shop, read).items()}
    for _ in range(40):
        optimizer.zero_grad()
        torch.autograd.backward(list(losses(model, shop, read).values()))
        optimizer.step()
    last = {task: float(loss.detach()) for task, loss in losses(model, shop, read).items()}
    assert first.keys() == set(TASKS)
    assert {task: last[task] for task in TASKS if last[task] > 0.98 * first[task]} == {}


def gradients(network: Network, loss: Tensor) -> set[str]:
    """The parameters that a loss changes."""
    network.zero_grad(set_to_none=True)
    loss.backward()
    return {name for name, it in network.named_parameters() if it.grad is not None and bool(it.grad.any())}


@pytest.mark.parametrize("task", ["rating", "dialogue", "category"])
def test_a_detached_task_teaches_its_heads_and_not_the_trunk(shop: Dataset, task: str) -> None:
    tables = {name: {"detach": name == task} for name in TASKS}
    model = new_model(shop, tasks=tables, sharing="experts", own_experts=1)
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            if name.startswith(("sharing", *READ_NOTHING)):
                parameter.normal_(std=0.1)
    network, found = model.network.train(), losses(model, shop, batches(model, shop))
    layers = "backbone.decoder.layers."
    mine = gradients(network, found[task])
    assert not [name for name in mine if name.startswith(layers) or name == "action_embedding.weight"]
    assert f"sharing.own.{task}.0.up.weight" in mine and "sharing.shared.0.up.weight" in mine
    others = [loss for name, loss in losses(model, shop, batches(model, shop)).items() if name != task]
    assert [name for name in gradients(network, torch.stack(others).sum()) if name.startswith(layers)]


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_validation_sets_is_set_by_the_states_of_the_task(
    shop: Dataset, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, asked = stirred(shop, kind), set[str | None]()
    network = model.network
    validation = Validation(shop, group_tasks(shop, ALL), model.layout, 8)
    plain = network.states_for

    def states_for(task: str | None, states: Tensor) -> Tensor:
        asked.add(task)
        return plain(task, states)

    monkeypatch.setattr(network, "states_for", states_for)
    for job, tasks in {
        lambda: calibrate(validation.look(network)): {"next_item", "dialogue"},
        lambda: set_label_cuts(validation.look(network)): {"sentiment", "category"},
        lambda: set_rating_line(validation.look(network)): {"rating"},
        lambda: mean_ndcg(validation.look(network)): {"next_item"},
        lambda: losses(model, shop, validation.batches): set(TASKS),
    }.items():
        asked.clear()
        job()
        assert asked == tasks


def trainer(shop: Dataset, out: Path, kind: str, tables: Mapping[str, Any] | None = None) -> Trainer:
    torch.manual_seed(0)
    out.mkdir(exist_ok=True)
    model = new_model(shop, dropout=0.2, tasks=tables, **KINDS[kind])
    tasks = {name: TASKS[name](**fields) for name, fields in (tables or dict.fromkeys(TASKS, {})).items()}
    return Trainer(Job(shop, tasks, model, CONFIG, BalancingConfig("fixed"), out), Silent(), torch.device("cpu"))


def trained(shop: Dataset, out: Path, kind: str, tables: Mapping[str, Any] | None = None) -> Trainer:
    made = trainer(shop, out, kind, tables)
    made.run(resume=False)
    return made


def test_a_resumed_run_equals_an_uninterrupted_one(shop: Dataset, tmp_path: Path) -> None:
    tables = {"next_item": {"dropout": 0.3}, "like": {"detach": True}, "dialogue": {"weight_decay": 0.5}}
    whole = trained(shop, tmp_path / "whole", "own experts", tables)
    halted = trainer(shop, tmp_path / "halted", "own experts", tables)
    halted.watch = Killer()
    with pytest.raises(KilledError):
        halted.run(resume=False)
    resumed = trainer(shop, tmp_path / "halted", "own experts", tables)
    resumed.run(resume=True)
    assert resumed.step == whole.step == 12
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_losses_and_gradients_are_finite_in_mixed_precision(shop: Dataset, kind: str) -> None:
    model = stirred(shop, kind)
    with torch.autocast("cpu", torch.bfloat16):
        found = losses(model, shop, batches(model, shop))
    torch.autograd.backward(list(found.values()))
    sharing = model.network.sharing
    assert sharing is not None
    for task, loss in found.items():
        assert torch.isfinite(loss), task
    assert all(it.grad is not None and torch.isfinite(it.grad).all() for it in sharing.parameters())
    exact = losses(model, shop, batches(model, shop))
    for task, loss in found.items():
        assert float(loss.detach()) == pytest.approx(float(exact[task].detach()), rel=0.05), task


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_reads_for_each_task_as_it_did(shop: Dataset, tmp_path: Path, kind: str) -> None:
    network = trained(shop, tmp_path, kind).network.eval()  # as it was at its best, when label heads were fitted
    loaded, states = load_trained(tmp_path, "best").network, torch.randn(5, 16)
    for task in TASKS:
        read = loaded.states_for(task, states)
        assert torch.equal(read, network.states_for(task, states))
        assert not torch.equal(read, states)


def test_a_saved_model_keeps_the_terms_of_its_tasks(shop: Dataset, tmp_path: Path) -> None:
    tables = {"next_item": {"dropout": 0.1}, "like": {"detach": True, "weight_decay": 0.5}}
    made = trained(shop, tmp_path, "adapters", tables)
    assert load_trained(tmp_path, "last").network.stakes == made.network.stakes
    assert made.network.stakes["like"].detach and made.network.stakes["next_item"].dropout == 0.1
