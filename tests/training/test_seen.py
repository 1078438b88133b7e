import json
from pathlib import Path

import pytest
import torch

from tastemaker.balancing.config import BalancingConfig
from tastemaker.checkpoint.store import load_checkpoint
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.backbone import Places
from tastemaker.model.batch import Batch, ItemTargets, ScoreTargets, collate
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import Task
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.rating import Rating
from tastemaker.tasks.sentiment import Sentiment
from tastemaker.tasks.summary import Summary
from tastemaker.training.config import TrainingConfig
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.mixture import TaskGroup
from tastemaker.training.seen import Seen
from tastemaker.training.watch import Silent
from tests.conftest import new_model

EMPTY = torch.zeros(0)


def batch() -> Batch:
    """Rows of 4 and 2 positions; three items are told in the first and two in the second, one rating in the second."""
    tokens = torch.zeros(2, 4, dtype=torch.long)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    targets = {
        "next_item": {"items": ItemTargets(torch.tensor([0, 1, 2, 4, 5]), EMPTY, EMPTY)},
        "rating": {"rating": ScoreTargets(torch.tensor([5]), EMPTY, EMPTY)},
        "dialogue": {},
    }
    places = Places(mask, torch.tensor([4, 4]))
    return Batch(tokens, tokens, tokens, targets, tokens, places)  # type: ignore[arg-type]


def test_positions_are_those_of_rows_without_padding() -> None:
    seen = Seen()
    batches = [batch(), batch()]
    assert seen.read(batches) is batches
    assert seen.state() == {
        "positions": 12,
        "tasks": {
            "next_item": {"positions": 12, "targets": 10},
            "rating": {"positions": 4, "targets": 2},
            "dialogue": {"positions": 0, "targets": 0},
        },
    }


def test_of_a_row_that_goes_on_a_label_has_read_what_it_is_of(shop: Dataset) -> None:
    """Of a review that is read for its title, too, `sentiment` has as many positions as of one that it reads alone."""
    layout, tasks = new_model(shop).layout, (Sentiment(), Summary())
    together, *alone = (Seen() for _ in range(3))
    together.read([collate(TaskGroup(tasks).rows(shop, Split.TRAIN, layout))])
    for seen, task in zip(alone, tasks, strict=True):
        seen.read([collate(TaskGroup((task,)).rows(shop, Split.TRAIN, layout))])
        assert together.of_task[task.name] == seen.of_task[task.name] == seen.positions
    assert together.positions == together.of_task["summary"] > together.of_task["sentiment"]


def test_counts_go_on_from_a_checkpoint() -> None:
    whole, resumed = Seen(), Seen()
    whole.read([batch()])
    resumed.restore(whole.state())
    resumed.read([batch()])
    whole.read([batch()])
    assert resumed.state() == whole.state()


def test_a_run_that_began_uncounted_stays_so() -> None:
    seen = Seen()
    seen.restore(None)
    seen.read([batch()])
    assert seen.state() is None


TASKS: tuple[Task, ...] = (NextItem(), Rating(), Category())


def trainer(shop: Dataset, out: Path, steps: int = 4) -> Trainer:
    torch.manual_seed(0)
    out.mkdir(exist_ok=True)
    config = TrainingConfig(token_budget=200, validate_every=2, max_steps=steps, epochs=50, fit_examples=0)
    return Trainer(
        Job(shop, {task.name: task for task in TASKS}, new_model(shop), config, BalancingConfig("fixed"), out),
        Silent(),
        torch.device("cpu"),
    )


def test_a_run_keeps_what_it_read_and_how_long_it_took(shop: Dataset, tmp_path: Path) -> None:
    whole = trainer(shop, tmp_path)
    whole.run(resume=False)
    kept = load_checkpoint(tmp_path, "last").documents["training"]["seen"]
    assert kept["tasks"].keys() == {"next_item", "rating", "category"}
    of = {task: counts["positions"] for task, counts in kept["tasks"].items()}
    assert of["next_item"] == of["rating"]  # one group
    assert kept["positions"] == of["next_item"] + of["category"] > 0
    assert kept["tasks"]["next_item"]["targets"] == kept["tasks"]["rating"]["targets"] > 0


def test_a_resumed_run_adds_its_seconds(shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks that jump when they are read: begun at 10, kept at 20, 30 and 40, so 10, 20, 30 s; half by the other."""
    now, worked = iter(range(10, 1000, 10)), iter(range(5, 1000, 5))
    monkeypatch.setattr("tastemaker.training.stopwatch.time.perf_counter", lambda: float(next(now)))
    monkeypatch.setattr("tastemaker.training.stopwatch.time.process_time", lambda: float(next(worked)))
    trainer(shop, tmp_path).run(resume=False)
    path = tmp_path / "seconds.json"
    assert json.loads(path.read_text()) == {"seconds": 30.0, "processor_seconds": 15.0}
    trainer(shop, tmp_path, steps=6).run(resume=True)
    assert json.loads(path.read_text()) == {"seconds": 40.0, "processor_seconds": 20.0}  # one more validation
    path.unlink()
    trainer(shop, tmp_path, steps=8).run(resume=True)
    assert not path.exists()
