"""The judgement on made-up runs: how long each is trained, what is reused, and what is written."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import multi_task
from benchmarks.each_task import tasks_of
from benchmarks.measured import run_measured
from benchmarks.multi_task import Plan, main, models_of, positions_read, steps_in_time, train, write_pooled, write_seed
from benchmarks.multi_task_kept import units_path
from benchmarks.multi_task_table import gains, slices, summary
from benchmarks.result import read_results
from benchmarks.table import page
from benchmarks.training_run import TrainingRun

RECIPE = '[data]\npath = "data/shop"\n\n[tasks.next_item]\nweight = 5.0\n\n[tasks.rating]\n\n[training]\nepochs = 1\n'
SEEN = {"next_item": 4000, "rating": 1000}
JOINT_STEPS = 50


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    recipe = tmp_path / "shop.toml"
    recipe.write_text(RECIPE)
    chosen = ("balancing.method=famo",)
    return Plan(recipe, data, tmp_path / "runs", (0, 1), "famo", chosen, ("model.width=32",), tmp_path / "results")


class Stand:
    """Leaves what training, counting and judging leave, and remembers what was asked for."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        """Of a joint run; a single takes 30."""
        self.trained: list[TrainingRun] = []
        self.counted: list[Sequence[str]] = []
        self.judged: list[Sequence[str]] = []

    def train(self, asked: TrainingRun) -> None:
        self.trained.append(asked)
        run_measured(asked.name, ["true"], asked.run, 1)
        changes = dict(it.partition("=")[::2] for it in asked.changes)
        steps = int(changes.get("training.max_steps", JOINT_STEPS))
        tasks = tasks_of(asked.recipe)
        seen = {task: {"positions": SEEN[task]} for task in tasks}
        state = {"step": steps, "stopping": {"best_step": steps}, "seen": {"positions": 1, "tasks": seen}}
        place = asked.run / "checkpoints" / f"step-{steps}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "training.json").write_text(json.dumps(state))
        (asked.run / "last.json").write_text(json.dumps({"checkpoint": place.name}))
        (asked.run / "best.json").touch()
        seconds = self.seconds * steps / JOINT_STEPS if len(tasks) > 1 else 30.0
        (asked.run / "seconds.json").write_text(json.dumps({"seconds": 2 * seconds, "processor_seconds": seconds}))

    def run(self, name: str, command: Sequence[str], place: Path, threads: int) -> None:
        run_measured(name, ["true"], place, threads)
        attempts = json.loads(place.with_name(f"{place.name}.cost.json").read_text())
        attempts[-1]["command"] = list(command)
        place.with_name(f"{place.name}.cost.json").write_text(json.dumps(attempts))
        out = Path(command[command.index("--out") + 1])
        if command[2] == "benchmarks.task_steps":
            self.counted.append(command)
            positions = int(command[command.index("--positions") + 1])
            out.write_text(json.dumps({"steps": positions // 100, "positions": positions}))
        else:
            self.judged.append(command)
            judge(out, is_shorter="famo_60" in command[3])


def judge(out: Path, is_shorter: bool) -> None:
    """NDCG .3 joint, .2 alone; RMSE .9 joint, 1 alone; less in less time."""
    joint = {"next_item/ndcg@10": 0.2 if is_shorter else 0.3, "rating/rmse": 1.1 if is_shorter else 0.9}
    alone = {"next_item/ndcg@10": 0.2, "rating/rmse": 1.0}
    out.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for side, figures in (("joint", joint), ("alone", alone)):
        for name, value in figures.items():
            part = value**2 if name.endswith("rmse") else value
            arrays[f"{side}/all/{name}"] = np.array([[part, 1, user] for user in range(3)])
            arrays[f"{side}/last_1/{name}"] = np.array([[part / 2, 1, user] for user in range(3)])
    np.savez(out / "units.npz", **arrays)  # type: ignore[arg-type]
    changes = {name: (joint[name] - alone[name]) / alone[name] for name in joint}
    changes["rating/rmse"] *= -1
    tasks = {
        name.partition("/")[0]: {
            **{"metric": name.partition("/")[2], "joint": joint[name], "alone": alone[name], "change": changes[name]},
            **{"low": changes[name] - 0.01, "high": changes[name] + 0.01},
            "difference": {"value": (joint[name] - alone[name]) * (-1 if name.endswith("rmse") else 1)},
        }
        for name in joint
    }
    spent: dict[str, Any] = {
        "joint": {"seconds": 66.0, "processor_seconds": 60.0, "positions": 900},
        "sum": {"seconds": 60.0, "processor_seconds": 60.0, "positions": 1000},
        "ratio": {"seconds": 1.1, "processor_seconds": 1.0, "positions": 0.9},
    }
    mean = sum(changes.values()) / 2
    report = {"tasks": tasks, "delta_m": {"value": mean, "low": None, "high": None}, "better": 2, "worse": 0}
    halved = tasks["next_item"] | {"joint": joint["next_item/ndcg@10"] / 2, "alone": alone["next_item/ndcg@10"] / 2}
    slices = {"last_1": report | {"tasks": {"next_item": halved}}}
    (out / "compare.json").write_text(json.dumps(report | {"cost": spent, "slices": slices}))


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    return stand_of(monkeypatch, 100.0)


def stand_of(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Stand:
    stand = Stand(seconds)
    monkeypatch.setattr(TrainingRun, "train", lambda asked: stand.train(asked))
    monkeypatch.setattr(multi_task, "run_measured", stand.run)
    return stand


def test_singles_read_as_much_of_their_task_and_the_shorter_run_fits_in_their_time(
    plan: Plan, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multi_task, "ALONE", {"shop": {"rating": ("training.token_budget=99",)}})
    train(plan, 1)
    joint, next_item, rating, shorter = stand.trained
    assert tasks_of(joint.recipe) == tasks_of(shorter.recipe) == ["next_item", "rating"]
    assert (tasks_of(next_item.recipe), tasks_of(rating.recipe)) == (["next_item"], ["rating"])
    assert "balancing.method=famo" in joint.changes
    assert "balancing.method=famo" not in rating.changes
    assert "training.token_budget=99" in rating.changes
    assert all(
        {"training.seed=1", "model.width=32", f'data.path="{plan.data}"'} <= set(it.changes) for it in stand.trained
    )
    assert not any(it.startswith("training.max_steps") for it in joint.changes)
    assert "training.max_steps=40" in next_item.changes, "4000 positions in steps of 100"
    assert "training.max_steps=10" in rating.changes
    assert "training.token_budget=99" in stand.counted[1], "counted with the settings that it is trained with"
    # The joint run takes 100 s of the processor for 50 steps, the singles 60 s together: 88 % of 36 s are 15 steps.
    assert "training.max_steps=15" in shorter.changes
    assert models_of(plan, 1) == ["famo", "famo_60"]


def test_steps_are_counted_once(plan: Plan, stand: Stand) -> None:
    for _ in range(2):
        train(plan, 0)
    assert len(stand.counted) == 2


def test_a_joint_run_that_is_short_enough_has_no_shorter_one(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = stand_of(monkeypatch, 36.0)
    train(plan, 0)
    assert len(stand.trained) == 3
    shutil.copytree(plan.place("famo", 0), plan.place("famo_60", 0))  # of a slower recipe, before
    assert models_of(plan, 0) == ["famo"]


def test_a_seed_and_the_answer_over_all_seeds(plan: Plan, stand: Stand) -> None:
    for seed in plan.seeds:
        train(plan, seed)
        write_seed(plan, "famo", seed)
        write_seed(plan, "famo_60", seed)
    found = json.loads(plan.result("famo", 1).read_text())
    assert (found["question"], found["model"], found["seed"]) == ("multi_task", "famo", 1)
    assert found["metrics"] == {"next_item/ndcg@10": 0.3, "rating/rmse": 0.9}
    assert found["baselines"] == {"alone": {"next_item/ndcg@10": 0.2, "rating/rmse": 1.0}}
    assert found["details"]["gains"]["rating/rmse"]["change"] == pytest.approx(0.1), "lower is better"
    assert found["details"]["steps_alone"] == {"next_item": 40, "rating": 10}
    assert found["details"]["cost"]["ratio_of_seconds"] == 1.1
    assert found["recipe"].endswith("--set balancing.method=famo --set model.width=32 --set training.seed=1")
    pooled = json.loads(write_pooled(plan, "famo").read_text())
    assert pooled["metrics"] == {"next_item/ndcg@10": pytest.approx(0.3), "rating/rmse": pytest.approx(0.9)}
    gain = pooled["details"]["gains"]["next_item/ndcg@10"]
    assert [gain[key] for key in ("change", "low", "high")] == pytest.approx([0.5] * 3)
    assert gain["by_seed"] == pytest.approx([0.5, 0.5])
    assert pooled["details"]["delta_m"]["value"] == pytest.approx(0.3), "(.5 + .1) / 2"
    assert (pooled["details"]["better"], pooled["details"]["worse"]) == (2, 0)
    shorter = json.loads(write_pooled(plan, "famo_60").read_text())
    assert (shorter["details"]["better"], shorter["details"]["worse"]) == (0, 1)
    assert str(plan.runs) not in json.dumps([found, pooled, shorter])


def test_the_page_tells_what_each_task_gained(plan: Plan, stand: Stand) -> None:
    for seed in plan.seeds:
        train(plan, seed)
        write_seed(plan, "famo", seed)
    pooled = json.loads(write_pooled(plan, "famo").read_text())
    _, rows = gains(pooled)
    assert rows[1] == ("rating", "rmse", "0.9000", "1.0000", "+10.0 %", "[+10.0, +10.0] %", "+10.0, +10.0")
    _, rows = slices(pooled)
    assert rows == [
        ("last_1", "next_item", "ndcg@10", "0.1500", "0.1000", "+50.0 %", "[+50.0, +50.0] %", "+50.0, +50.0")
    ]
    told = summary(pooled)
    assert told == (
        "delta-m +30.0 % [+30.0, +30.0] %; 2 of 2 tasks better beyond their interval, 0 worse; 110 % of the singles' "
        "time, 100 % of the singles' processor time and 90 % of the singles' positions.\n"
    )
    text = page(read_results(plan.results))
    assert told in text
    assert "| rating | rmse | 0.9000 | 1.0000 | +10.0 % |" in text


def test_it_is_judged_again_only_after_it_was_trained_again(plan: Plan, stand: Stand) -> None:
    train(plan, 0)
    for _ in range(2):
        write_seed(plan, "famo", 0)
    assert len(stand.judged) == 1
    later = (plan.place("famo-judged", 0) / "compare.json").stat().st_mtime + 9
    os.utime(plan.place("rating", 0) / "best.json", (later, later))
    write_seed(plan, "famo", 0)
    assert len(stand.judged) == 2


def test_joint_runs_that_read_as_much_share_their_singles(plan: Plan, stand: Stand) -> None:
    train(plan, 1)
    train(replace(plan, name="dwa", joint=("balancing.method=dwa",)), 1)
    places = [it.run for it in stand.trained if len(tasks_of(it.recipe)) == 1]
    assert places[:2] == places[2:]
    assert len({it.run for it in stand.trained}) == 6


def test_seeds_that_were_run_elsewhere_are_pooled_without_their_runs(plan: Plan, stand: Stand) -> None:
    for seed in plan.seeds:
        train(plan, seed)
        write_seed(plan, "famo", seed)
    together = json.loads(write_pooled(plan, "famo").read_text())
    shutil.rmtree(plan.runs)
    train(later := replace(plan, seeds=(1,), before=(0,)), 1)
    write_seed(later, "famo", 1)
    apart = json.loads(write_pooled(later, "famo").read_text())
    assert apart["details"]["seeds"] == [0, 1]
    assert apart["details"]["gains"] == together["details"]["gains"]
    assert apart["details"]["slices"] == together["details"]["slices"]


def test_seeds_of_another_recipe_or_without_units_are_not_pooled(plan: Plan, stand: Stand) -> None:
    train(plan, 0)
    written = write_seed(plan, "famo", 0)
    plan.recipe.write_text(RECIPE + "patience = 3\n")
    train(later := replace(plan, seeds=(1,), before=(0,)), 1)
    write_seed(later, "famo", 1)
    with pytest.raises(SystemExit, match="seed 1: expected the text of the recipe of seed 0, found another"):
        write_pooled(later, "famo")
    tuned = json.loads(written.read_text())
    tuned["details"]["recipe_sha256"] = json.loads(later.result("famo", 1).read_text())["details"]["recipe_sha256"]
    tuned["details"]["settings_alone"]["rating"].append("model.dropout=0.9")
    written.write_text(json.dumps(tuned))
    with pytest.raises(SystemExit, match="seed 1: expected the settings of the tasks alone of seed 0, found another"):
        write_pooled(later, "famo")
    units_path(written).unlink()
    with pytest.raises(SystemExit, match=r"shop-famo-0.npz: expected a seed that was judged before, found none"):
        write_pooled(later, "famo")
    other = replace(later, overrides=("model.width=16",), seeds=(0,), before=(1,))
    train(other, 0)
    write_seed(other, "famo", 0)
    with pytest.raises(SystemExit, match=r"seed 1, recipe: expected recipes/shop.toml .*width=16"):
        write_pooled(other, "famo")


def test_all_of_it_by_one_command(plan: Plan, stand: Stand) -> None:
    places = ["--runs", str(plan.runs), "--results", str(plan.results)]
    main([str(plan.recipe), "--data", str(plan.data), "--seeds", "0", "1", "--name", "famo", *places])
    assert {(it["model"], it["seed"]) for it in read_results(plan.results)} == {
        (model, seed) for model in ("famo", "famo_60") for seed in (0, 1, "pooled")
    }


def test_a_run_from_before_its_cost_was_kept_is_refused(plan: Plan, stand: Stand) -> None:
    train(plan, 0)
    joint = plan.place("famo", 0)
    (joint / "seconds.json").unlink()
    with pytest.raises(SystemExit, match="famo/0: expected a run that says how long it took, found none"):
        steps_in_time(joint, [plan.place("rating", 0)])
    place = next((joint / "checkpoints").iterdir()) / "training.json"
    place.write_text('{"step": 50}')
    with pytest.raises(SystemExit, match="famo/0: expected a run that says what it read, found none"):
        positions_read(joint)
