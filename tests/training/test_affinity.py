from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tastemaker.balancing.config import BalancingConfig
from tastemaker.checkpoint.store import load_checkpoint
from tastemaker.data.dataset import Dataset
from tastemaker.errors import TrainingError
from tastemaker.model.batch import Batch
from tastemaker.tasks import TASKS
from tastemaker.training.affinity import Measuring, measure
from tastemaker.training.config import TrainingConfig
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.losses import task_losses
from tastemaker.training.task_gradients import shared_parameters, task_gradients
from tastemaker.training.watch import Silent
from tests.conftest import new_model

CPU = torch.device("cpu")
TASKS_HERE = ("next_item", "rating", "like", "category", "description")
CONFIG = TrainingConfig(token_budget=700, validate_every=50, max_steps=8, epochs=50, mixture_temperature=3.0)


def trainer(shop: Dataset, out: Path, **changes: object) -> Trainer:
    torch.manual_seed(0)
    out.mkdir(exist_ok=True)
    tasks = {name: TASKS[name]() for name in TASKS_HERE}
    config = replace(CONFIG, fit_examples=0, **changes)  # type: ignore[arg-type]
    job = Job(shop, tasks, new_model(shop, dropout=0.2), config, BalancingConfig(), out)
    return Trainer(job, Silent(), CPU)


def test_measuring_does_not_change_the_training(shop: Dataset, tmp_path: Path) -> None:
    """More than an epoch, so that batches are looked at across its end, too."""
    trainer(shop, tmp_path / "undisturbed").run(resume=False)
    measured = trainer(shop, tmp_path / "measured")
    measured.watch = watch = Measuring(measured, 2, Silent())
    measured.run(resume=False)
    assert [it.step for it in watch.found] == [2, 4, 6, 8]
    assert any(stream.epoch > 0 for stream in measured.mixture.streams)
    one, two = (load_checkpoint(tmp_path / name, "last") for name in ("undisturbed", "measured"))
    for file in ("weights", "training"):
        assert one.tensors[file].keys() == two.tensors[file].keys()
        for name, tensor in one.tensors[file].items():
            assert torch.equal(tensor, two.tensors[file][name]), name
    assert one.documents["training"] == two.documents["training"]
    logs = [(tmp_path / name / "losses.jsonl").read_text() for name in ("undisturbed", "measured")]
    assert logs[0] == logs[1]


def test_what_is_measured(shop: Dataset, tmp_path: Path) -> None:
    here = trainer(shop, tmp_path, max_steps=5)
    here.run(resume=False)
    found, again = measure(here), measure(here)
    tasks = len(here.job.tasks)
    assert (found.step, found.losses.shape, found.affinity.shape) == (5, (tasks,), (tasks, tasks))
    assert np.array_equal(found.affinity, again.affinity, equal_nan=True), "the same dropout every time"
    assert np.isfinite(found.losses).all()
    for cosines in (found.cosines, found.trunk_cosines):
        assert np.diag(cosines) == pytest.approx(1.0)
        assert np.allclose(cosines, cosines.T, atol=1e-6), "as far as a product rounds alike either way round"
    assert (np.diag(found.affinity) > 0).all(), "a step on a task lowers its own loss"


def test_shares_of_the_step_say_what_the_step_does(shop: Dataset, tmp_path: Path) -> None:
    """Small steps on all tasks change a loss by the sum of what each of them changes it."""
    here = trainer(shop, tmp_path, max_steps=5, learning_rate=1e-4)
    here.run(resume=False)
    found = measure(here)
    assert found.affinity.sum(0) == pytest.approx(_after_all(here, found.losses), rel=0.1, abs=2e-6)


def _after_all(here: Trainer, before: np.ndarray) -> np.ndarray:
    """Take the step itself in what tasks share, without momentum and weight decay, and see how the losses fall."""
    batches = here.mixture.next()
    for state in here.optimizer.state.values():
        state["exp_avg"].zero_()
    for group in here.optimizer.param_groups:
        group["weight_decay"] = 0.0
    losses, parameters = _losses(here, batches), list(here.network.parameters())
    assert losses.detach().tolist() == pytest.approx(before.tolist(), rel=1e-5)
    shared = shared_parameters(task_gradients(list(losses), parameters))
    torch.autograd.backward(losses.sum())
    torch.nn.utils.clip_grad_norm_(parameters, here.job.config.gradient_clip)
    for place, parameter in enumerate(parameters):
        parameter.grad = parameter.grad if place in shared else None
    here.optimizer.step()
    shares: np.ndarray = (1 - _losses(here, batches).detach() / losses.detach()).numpy()
    return shares


def _losses(here: Trainer, batches: list[Batch]) -> torch.Tensor:
    torch.manual_seed(here.step)
    vectors = here.network.item_table()
    losses: dict[str, torch.Tensor] = {}
    for batch in batches:
        losses |= task_losses(here.network, batch, vectors, here.trivial)
    return torch.stack([losses[name] for name in here.job.tasks])


def test_a_task_without_a_loss_is_left_out(shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = trainer(shop, tmp_path, max_steps=2)
    here.run(resume=False)

    def broken(*arguments: object) -> dict[str, torch.Tensor]:
        losses = task_losses(*arguments)  # type: ignore[arg-type]
        losses.pop("like", None)
        return losses | {name: loss * float("nan") for name, loss in losses.items() if name == "rating"}

    monkeypatch.setattr("tastemaker.training.affinity.task_losses", broken)
    found, names = measure(here), list(here.job.tasks)
    missing = [names.index("like"), names.index("rating")]
    assert np.isnan(found.losses[missing]).all()
    assert np.isnan(found.affinity[missing]).all()
    assert np.isnan(found.affinity[:, missing]).all()
    others = [place for place in range(len(names)) if place not in missing]
    assert np.isfinite(found.affinity[np.ix_(others, others)]).all()


def test_whoever_watches_is_told_everything(shop: Dataset, tmp_path: Path) -> None:
    told: list[tuple[object, ...]] = []

    class Listener(Silent):
        def start(self, total_steps: int, first_step: int) -> None:
            told.append(("start", total_steps, first_step))

        def step(self, step: int, losses: object) -> None:
            told.append(("step", step))

        def validation(self, step: int, losses: object, is_best: bool) -> None:
            told.append(("validation", step))

        def say(self, message: str) -> None:
            told.append(("say", message))

    here = trainer(shop, tmp_path, max_steps=2)
    here.watch = Measuring(here, 2, Listener())
    here.watch.say("hello")
    here.run(resume=False)
    assert told == [
        ("say", "hello"),
        ("start", 2, 0),
        ("validation", 0),
        ("step", 1),
        ("step", 2),
        ("validation", 2),
    ]


def test_where_no_loss_is_finite_nothing_is_measured(
    shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = trainer(shop, tmp_path, max_steps=2)

    def broken(*arguments: object) -> dict[str, torch.Tensor]:
        return {name: loss * float("nan") for name, loss in task_losses(*arguments).items()}  # type: ignore[arg-type]

    monkeypatch.setattr("tastemaker.training.affinity.task_losses", broken)
    with pytest.raises(TrainingError, match=r"^step 0: expected losses to measure, found none that is finite\. Lower "):
        measure(here)
