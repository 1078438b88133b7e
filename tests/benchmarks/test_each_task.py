import json
import os
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks import each_task
from benchmarks.each_task import ALONE, Plan, alone, main, run, tasks_of
from benchmarks.each_task_table import TOGETHER
from benchmarks.measured import run_measured
from benchmarks.result import ROOT
from benchmarks.training_run import TrainingRun
from tastemaker.cli.recipe import read_recipe
from tastemaker.tasks.stake import Stake

RECIPE = """# a comment
[data]
path = "data/shop"

[tasks.next_item]
weight = 5.0                    # behind [tasks.like]

[tasks.like]
weight = 1.0

[training]
epochs = 1
"""

REPORT: Final[dict[str, Any]] = {
    "tasks": {"like": {"f1": 0.5}},
    "intervals": {"like": {"f1": [0.4, 0.6]}},
    "baselines": {"majority": {"like": {"f1": 0.4}}},
    "differences": {"majority": {"like": {"f1": {"value": 0.1, "low": 0.05, "high": 0.15}}}},
    "sizes": {"like": {"examples": 2}},
    "simulated": [],
}


def test_a_task_alone_keeps_everything_else_of_the_recipe() -> None:
    whole = tomllib.loads(RECIPE)
    for task in tasks_of(RECIPE):
        assert tomllib.loads(alone(RECIPE, task)) == whole | {"tasks": {task: whole["tasks"][task]}}


@pytest.mark.parametrize("recipe", sorted((ROOT / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_falls_into_its_tasks(recipe: Path) -> None:
    text = recipe.read_text(encoding="utf-8")
    assert [tasks_of(alone(text, task)) for task in tasks_of(text)] == [[task] for task in tasks_of(text)]


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A recipe and a data set; nothing is trained yet."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    recipe = tmp_path / "shop.toml"
    recipe.write_text(RECIPE)
    return Plan(recipe, data, tmp_path / "runs", tmp_path / "results", overrides=("evaluation.batch=8",))


class Stand:
    """Leaves what training and judging leave, and remembers what was asked for."""

    def __init__(self) -> None:
        self.trained: list[TrainingRun] = []
        self.judged: list[list[str]] = []

    def train(self, asked: TrainingRun) -> None:
        """A run as training leaves it."""
        self.trained.append(asked)
        run_measured(asked.name, ["true"], asked.run, 1)
        place = asked.run / "checkpoints" / "step-30"
        place.mkdir(parents=True, exist_ok=True)
        (place / "training.json").write_text(json.dumps({"step": 30, "stopping": {"best_step": 20}}))
        (asked.run / "last.json").write_text('{"checkpoint": "step-30"}')
        (asked.run / "best.json").touch()

    def judge(self, name: str, command: Sequence[str], place: Path, threads: int) -> None:
        """Figures as `tastemaker evaluate` leaves them."""
        assert command[3] == "evaluate"
        self.judged.append(list(command[5:]))
        place.with_name(f"{place.name}.cost.json").write_text(json.dumps([{"command": list(command)}]))
        (Path(command[4]) / "evaluation.json").write_text(json.dumps(REPORT))


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    """What is called instead of training and judging."""
    stand = Stand()
    monkeypatch.setattr(TrainingRun, "train", lambda asked: stand.train(asked))
    monkeypatch.setattr(each_task, "run_measured", stand.judge)
    return stand


def test_a_result_tells_what_a_task_reached_alone(plan: Plan, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(each_task, "ALONE", {"shop": {"like": ("training.epochs=9",)}})
    found = json.loads(run(plan, "like", 3).read_text())
    assert (found["question"], found["data"], found["model"], found["seed"]) == ("each_task", "shop", "like", 3)
    assert found["recipe"].endswith(
        "shop.toml --set training.seed=3 --set training.epochs=9 "
        '--set data.withhold_for=["next_item", "like"] --set evaluation.batch=8, like alone'
    )
    assert found["metrics"] == {"like/f1": 0.5}
    assert found["differences"] == {"majority": {"like/f1": {"value": 0.1, "low": 0.05, "high": 0.15}}}
    assert found["details"] == {"sizes": {"like": {"examples": 2}}, "simulated": [], "steps": 30, "best_step": 20}
    asked = stand.trained[0]
    assert tasks_of(asked.recipe) == ["like"]
    assert set(asked.changes) >= {"training.seed=3", "training.epochs=9", f'data.path="{plan.data}"'}


def test_all_tasks_together_train_as_the_recipe_says(plan: Plan, stand: Stand) -> None:
    run(plan, TOGETHER, 0)
    assert stand.trained[0].recipe == RECIPE
    assert not any(it.startswith("data.withhold_for") for it in stand.trained[0].changes)


def test_a_run_is_judged_again_only_after_it_was_trained_again_or_by_more_texts(plan: Plan, stand: Stand) -> None:
    for _ in range(2):
        run(plan, "like", 0)
    place = plan.place("like", 0)
    judged = (place / "evaluation.json").stat().st_mtime
    stand.train = lambda asked: os.utime(asked.run / "best.json", (judged - 9, judged - 9))  # type: ignore[method-assign]
    run(plan, "like", 0)
    stand.train = lambda asked: os.utime(asked.run / "best.json", (judged + 9, judged + 9))  # type: ignore[method-assign]
    run(plan, "like", 0)
    assert len(stand.judged) == 3
    stand.train = lambda asked: os.utime(asked.run / "best.json", (judged - 9, judged - 9))  # type: ignore[method-assign]
    for _ in range(2):
        run(replace(plan, full=True), "like", 0)
    assert stand.judged[3:] == [["--full"]]


def test_a_task_that_a_recipe_lacks_is_an_error(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(plan.recipe), "--data", str(plan.data), "--models", "rating"])
    assert "--models: expected some of next_item, like, joint, found rating." in capsys.readouterr().err


@pytest.mark.parametrize(("name", "task"), [(name, task) for name, of_task in ALONE.items() for task in of_task])
def test_what_is_set_for_a_task_alone_fits_its_recipe_and_spares_no_other_task(name: str, task: str, tmp_path: Path):
    recipe = tmp_path / f"{name}.toml"
    recipe.write_text(alone((ROOT / "recipes" / recipe.name).read_text(encoding="utf-8"), task), encoding="utf-8")
    read = read_recipe(recipe, ALONE[name][task])
    assert list(read.tasks) == [task]
    stake = Stake.of(vars(read.tasks[task]))
    assert not stake.detach
    assert not stake.dropout or task == "next_item", "ranking alone is better with it, too"
