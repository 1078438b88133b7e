import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tastemaker.balancing.config import BalancingConfig
from tastemaker.checkpoint.store import load_checkpoint
from tastemaker.checkpoint.trained import load_trained
from tastemaker.data.dataset import Dataset
from tastemaker.data.storage import DataSetInfo
from tastemaker.errors import CheckpointError, TrainingError
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_trend import ItemTrend
from tastemaker.tasks import TASKS
from tastemaker.training import loop
from tastemaker.training.config import TrainingConfig
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.watch import Silent
from tests.conftest import new_model

CPU = torch.device("cpu")
CONFIG = TrainingConfig(token_budget=700, validate_every=4, max_steps=12, epochs=50, mixture_temperature=3.0)


STATEFUL = [
    BalancingConfig("fixed"),
    BalancingConfig("famo"),
    BalancingConfig("gradnorm"),
    BalancingConfig("random"),
    BalancingConfig("pcgrad", every=3, on="features"),
    BalancingConfig("graddrop"),
]
"""Of each way to hold state one; `tests/balancing` sees to every method by itself."""


def trainer(shop: Dataset, out: Path, balancing: BalancingConfig | None = None, **changes: object) -> Trainer:
    torch.manual_seed(0)
    out.mkdir(exist_ok=True)
    tasks = {name: task() for name, task in TASKS.items()}
    config = replace(CONFIG, **changes)  # type: ignore[arg-type]
    job = Job(shop, tasks, new_model(shop, dropout=0.2), config, balancing or BalancingConfig(), out)
    return Trainer(job, Silent(), CPU)


class KilledError(Exception):
    pass


class Killer(Silent):
    """Ends a run in its tenth step."""

    def step(self, step: int, losses: object) -> None:
        if step == 10:
            raise KilledError


@pytest.mark.parametrize(("most_lost", "first"), [(600.0, 8), (0.0, 9)], ids=["validation", "any step"])
@pytest.mark.parametrize("balancing", STATEFUL, ids=lambda it: it.method)
def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(
    shop: Dataset,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    balancing: BalancingConfig,
    most_lost: float,
    first: int,
) -> None:
    monkeypatch.setattr(loop, "MOST_LOST", most_lost)
    trainer(shop, tmp_path / "whole", balancing).run(resume=False)
    halted = trainer(shop, tmp_path / "halted", balancing)
    halted.watch = Killer()
    with pytest.raises(KilledError):
        halted.run(resume=False)
    assert load_checkpoint(tmp_path / "halted", "last").step == first
    trainer(shop, tmp_path / "halted", balancing).run(resume=True)
    whole, resumed = (load_checkpoint(tmp_path / name, "last") for name in ("whole", "halted"))
    assert whole.step == resumed.step == 12
    for file in ("weights", "training"):
        assert whole.tensors[file].keys() == resumed.tensors[file].keys()
        for name, tensor in whole.tensors[file].items():
            assert torch.equal(tensor, resumed.tensors[file][name]), name
    logs = [(tmp_path / name / "losses.jsonl").read_text() for name in ("whole", "halted")]
    assert logs[0] == logs[1]


def test_a_balancer_of_another_version_is_no_traceback(shop: Dataset, tmp_path: Path) -> None:
    begun = trainer(shop, tmp_path / "run", BalancingConfig("pcgrad"), max_steps=1)
    checkpoint = begun.checkpoint()
    del checkpoint.tensors["training"]["balancer.since"]
    with pytest.raises(CheckpointError, match=r"found another: .*since.* Train into another --out"):
        begun.restore(checkpoint)


def test_a_run_does_not_go_on_on_other_data(shop: Dataset, tmp_path: Path) -> None:
    first, second = (
        trainer(replace(shop, info=DataSetInfo("shop", "", "", checksums={"items.parquet": sha})), tmp_path / "run")
        for sha in ("a", "b")
    )
    with pytest.raises(CheckpointError, match=r"^shop: expected the tables that training began with, found others\. "):
        second.restore(first.checkpoint())
    trainer(shop, tmp_path / "run").restore(first.checkpoint())


def test_a_run_killed_before_its_first_checkpoint_goes_on_as_if_nothing_had_been(shop: Dataset, tmp_path: Path) -> None:
    """Killed in step 3, before the validation at 4: the one at step 0 counts once, for patience and in the log."""

    class KilledError(Exception):
        pass

    class Killer(Silent):
        def step(self, step: int, losses: object) -> None:
            if step == 3:
                raise KilledError

    hopeless = {"learning_rate": 1e-12, "patience": 2, "max_steps": 100}
    trainer(shop, tmp_path / "whole", **hopeless).run(resume=False)
    killed = trainer(shop, tmp_path / "killed", **hopeless)
    killed.watch = Killer()
    with pytest.raises(KilledError):
        killed.run(resume=False)
    trainer(shop, tmp_path / "killed", **hopeless).run(resume=True)
    whole, resumed = (load_checkpoint(tmp_path / name, "last") for name in ("whole", "killed"))
    assert whole.documents["training"] == resumed.documents["training"]
    logs = [(tmp_path / name / "losses.jsonl").read_text() for name in ("whole", "killed")]
    assert logs[0] == logs[1]


def test_training_lowers_every_task(shop: Dataset, tmp_path: Path) -> None:
    job = trainer(shop, tmp_path, max_steps=120, validate_every=120, learning_rate=5e-3)
    job.run(resume=False)
    lines = [json.loads(line) for line in (tmp_path / "losses.jsonl").read_text().splitlines()]
    train = [line["losses"] for line in lines if line["split"] == "train"]
    assert set(train[0]) == set(TASKS)
    for task in TASKS:
        assert sum(losses[task] for losses in train[-20:]) < sum(losses[task] for losses in train[:20])


def test_a_saved_model_gives_the_same_states(shop: Dataset, tmp_path: Path) -> None:
    job = trainer(shop, tmp_path)
    job.run(resume=False)
    loaded = load_trained(tmp_path, "last")
    assert torch.equal(loaded.network.item_vectors(), job.network.eval().item_vectors())
    assert loaded.catalog == shop.catalog
    assert loaded.tokenizer.encode("a comedy") == job.job.model.tokenizer.encode("a comedy")


def test_patience_ends_training(shop: Dataset, tmp_path: Path) -> None:
    job = trainer(shop, tmp_path, learning_rate=1e-12, patience=2, max_steps=100)
    job.run(resume=False)
    assert job.step == 8
    assert load_checkpoint(tmp_path, "last").documents["training"]["is_finished"]
    assert load_checkpoint(tmp_path, "best").step == 0


class Listening(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.mark.parametrize("method", ["fixed", "cagrad", "famo", "gradnorm", "dwa", "gradvac"])
def test_a_loss_that_is_not_finite_is_left_out_named_and_counted(shop: Dataset, tmp_path: Path, method: str) -> None:
    job = trainer(shop, tmp_path, BalancingConfig(method), max_broken_steps=3)
    job.watch = heard = Listening()
    with torch.no_grad():
        job.network.scoring_head.mean_rating.fill_(float("nan"))
    before = {name: parameter.clone() for name, parameter in job.network.named_parameters()}
    losses = job._one_step()
    assert set(losses) == set(TASKS) - {"rating", "like"}
    assert heard.said == [
        f"step 1: the loss of {name} is not finite and left out (1 so far)" for name in ("like", "rating")
    ]
    changed = {name for name, parameter in job.network.named_parameters() if not torch.equal(parameter, before[name])}
    assert "item_table.residual.weight" in changed
    assert all(parameter.isfinite().all() for parameter in job.network.parameters())
    job._one_step()
    with pytest.raises(
        TrainingError,
        match="step 3: expected finite losses, found the loss of like, the loss of rating not finite 3 times in a row. "
        "Lower training.learning_rate or look for broken rows in the data set; the last checkpoint is whole.",
    ):
        job._one_step()


class Breaking(Listening):
    """Makes predicted ratings no numbers in validation from a step on, and numbers again for training."""

    def __init__(self, job: Trainer, first: int) -> None:
        super().__init__()
        self.job, self.first = job, first
        self.looks: list[tuple[int, set[str], bool]] = []

    def step(self, step: int, losses: object) -> None:
        if step >= self.first and step % CONFIG.validate_every == 0:
            self.job.network.scoring_head.mean_rating.fill_(float("nan"))

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        self.job.network.scoring_head.mean_rating.fill_(3.0)
        self.looks.append((step, set(losses), is_best))


@pytest.mark.parametrize("mixture", ["temperature", "progress"])
def test_a_validation_loss_that_is_not_finite_is_named_and_spoils_no_other(
    shop: Dataset, tmp_path: Path, mixture: str
) -> None:
    job = trainer(shop, tmp_path, mixture=mixture)
    job.watch = heard = Breaking(job, 4)
    job.run(resume=False)
    assert [step for step, *_ in heard.looks] == [0, 4, 8, 12]
    assert all(not {"rating", "like"} & names for step, names, _ in heard.looks if step)
    assert any(is_best for step, _, is_best in heard.looks if step), "the other tasks still improve"
    assert "validation after step 4: the loss of rating is not finite and left out" in heard.said
    assert job.checkpoint().documents["training"]["broken"]["total"]["rating"] == 3
    assert "NaN" not in (tmp_path / "losses.jsonl").read_text()
    assert all(tensor.isfinite().all() for tensor in load_checkpoint(tmp_path, "best").tensors["weights"].values())


def test_a_gradient_in_parts_is_the_mean_of_the_parts(shop: Dataset, tmp_path: Path) -> None:
    whole, parts = (trainer(shop, tmp_path, accumulate=count) for count in (1, 2))
    for job in (whole, parts):
        torch.manual_seed(3)  # of dropout
        for _ in range(2):
            job._backward()
    for name, weight in parts.network.named_parameters():
        expected = whole.network.get_parameter(name).grad
        assert (weight.grad is None) == (expected is None)
        if expected is not None:
            torch.testing.assert_close(weight.grad, expected / 2, msg=name)


def test_a_gradient_that_is_not_finite_changes_no_weight(shop: Dataset, tmp_path: Path) -> None:
    job = trainer(shop, tmp_path)
    job.watch = heard = Listening()
    before = {name: parameter.clone() for name, parameter in job.network.named_parameters()}
    job.network.action_embedding.weight.register_hook(lambda gradient: gradient * float("inf"))
    job._one_step()
    assert heard.said == ["step 1: the gradient is not finite and left out (1 so far)"]
    assert all(torch.equal(parameter, before[name]) for name, parameter in job.network.named_parameters())
    assert job.checkpoint().documents["training"]["broken"]["total"] == {"the gradient": 1}


@pytest.mark.parametrize("changes", [{"precision": "bfloat16"}, {"accumulate": 2}], ids=["bfloat16", "accumulate"])
@pytest.mark.parametrize(
    "balancing",
    [
        BalancingConfig("mgda"),
        BalancingConfig("imtl_g", on="features"),
        BalancingConfig("gradnorm"),
        BalancingConfig("famo"),
    ],
    ids=lambda it: it.method,
)
def test_methods_train_in_mixed_precision_and_in_parts(
    shop: Dataset, tmp_path: Path, balancing: BalancingConfig, changes: dict[str, object]
) -> None:
    job = trainer(shop, tmp_path, balancing, **changes)
    for _ in range(2):
        losses = job._one_step()
    assert set(losses) == set(TASKS)
    assert all(parameter.isfinite().all() for parameter in job.network.parameters())
    assert job.balancer.weights().isfinite().all()


def test_losses_computed_again_without_a_step_are_the_same(shop: Dataset, tmp_path: Path) -> None:
    """So what FAMO compares is what the step did, not another draw of dropout."""
    job = trainer(shop, tmp_path, learning_rate=0.0)
    job._forward(job.mixture.next())
    losses = job._backward()
    state = torch.get_rng_state()
    assert job._new_losses().tolist() == pytest.approx(list(losses.values()), rel=1e-6)
    assert torch.equal(torch.get_rng_state(), state)


def test_what_stands_beside_the_network_has_no_part_in_training(shop: Dataset, tmp_path: Path) -> None:
    alone = trainer(shop, tmp_path / "alone")
    alone.run(resume=False)
    both = trainer(shop, tmp_path / "both")
    both.network.item_graph = ItemGraph(graph_edges(shop.items, shop.owners, len(shop.catalog)))
    both.network.item_trend = ItemTrend(torch.linspace(-1.0, 1.0, len(shop.catalog)))
    assert len(both.network.terms) == 2
    both.run(resume=False)
    for name, parameter in alone.network.named_parameters():
        assert torch.equal(parameter, both.network.get_parameter(name)), name


def test_labels_are_judged_by_their_f1_and_the_log_tells_it(shop: Dataset, tmp_path: Path) -> None:
    trainer(shop, tmp_path, max_steps=1).run(resume=False)
    lines = [json.loads(line) for line in (tmp_path / "losses.jsonl").read_text().splitlines()]
    assert [line["f1"].keys() for line in lines if line["split"] == "validation"] == [{"sentiment", "category"}] * 2
