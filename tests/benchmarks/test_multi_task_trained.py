"""Screening and judgement on a few users and steps: trained, counted, judged and pooled in this process."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import tastemaker
from benchmarks import compared, multi_task, multi_task_screening, task_steps
from benchmarks.measured import run_measured
from benchmarks.multi_task_settings import FACTORS
from benchmarks.result import read_results
from benchmarks.table import page
from benchmarks.training_run import TrainingRun, keep_recipe, state_of
from tests.benchmarks.test_sparsity import RECIPE, write_shop


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[TrainingRun]:
    """What was trained; nothing is started as a process of its own."""
    asked: list[TrainingRun] = []
    programs = {"benchmarks.compared": compared.main, "benchmarks.task_steps": task_steps.main}

    def train(run: TrainingRun) -> None:
        run_measured(run.name, ["true"], run.run, 1)
        if not state_of(run.run).get("is_finished"):
            asked.append(run)
            kept = keep_recipe(run.run, run.recipe)
            tastemaker.train(tastemaker.read_recipe(kept, run.changes), run.run)

    def start(name: str, command: Sequence[str], place: Path, threads: int) -> None:
        run_measured(name, ["true"], place, threads)
        costs = place.with_name(f"{place.name}.cost.json")
        costs.write_text(json.dumps([it | {"command": list(command)} for it in json.loads(costs.read_text())]))
        programs[command[2]](command[3:])

    monkeypatch.setattr(TrainingRun, "train", train)
    monkeypatch.setattr(multi_task, "run_measured", start)
    return asked


def test_singles_read_as_much_and_the_answer_is_pooled(
    trained: list[TrainingRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multi_task, "took", lambda run: 2.0 if run.parts[-2:] == ("joint", "1") else 1.0)
    data, recipe, results = write_shop(tmp_path / "shop"), tmp_path / "shop.toml", tmp_path / "results"
    recipe.write_text(RECIPE)
    command = [str(recipe), "--data", str(data), "--seeds", "0", "1", "--runs", str(tmp_path / "runs")]
    multi_task.main([*command, "--results", str(results)])
    runs = {(run.run.parent.name, run.run.name): state_of(run.run) for run in trained}
    for seed in ("0", "1"):
        for task, read in runs["joint", seed]["seen"]["tasks"].items():
            (alone,) = (it for (name, of), it in runs.items() if name.startswith(f"{task}-") and of == seed)
            assert alone["seen"]["tasks"][task]["positions"] == pytest.approx(read["positions"], abs=100), "half a step"
            assert alone["step"] == alone["total_steps"]
    assert ("joint_60", "0") not in runs, "within 60 % of the singles' two seconds as it stood"
    assert runs["joint_60", "1"]["step"] == int(0.95 * 0.6 * runs["joint", "1"]["step"])
    assert {path.stem for path in (results / "multi_task").iterdir()} >= {"shop-joint-0", "shop-joint_60-1"}
    pooled = json.loads((results / "multi_task" / "shop-joint-pooled.json").read_text())
    assert set(pooled["metrics"]) == {"next_item/ndcg@10", "rating/rmse"}
    for gain in pooled["details"]["gains"].values():
        assert gain["low"] <= gain["change"] <= gain["high"]
        assert len(gain["by_seed"]) == 2
    alone, joint = (pooled[it] for it in ("baselines", "metrics"))
    rmse, other = joint["rating/rmse"], alone["alone"]["rating/rmse"]
    assert pooled["details"]["gains"]["rating/rmse"]["change"] == pytest.approx((other - rmse) / other)
    assert pooled["details"]["cost"]["joint_seconds"] > 0
    assert "## Multi task\n" in page(read_results(results))
    before = len(trained)
    multi_task.main([*command, "--results", str(results)])
    assert len(trained) == before, "what is finished stays"
    multi_task.main([*command, "--results", str(results), "--set", "evaluation.short_histories=[2]"])
    judged = json.loads((tmp_path / "runs" / "shop" / "joint-judged" / "0" / "compare.json").read_text())
    assert len(trained) == before and "last_2" in judged["slices"], "how it is judged asks for no training"


def test_settings_are_screened_on_validation(
    trained: list[TrainingRun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, recipe, results = write_shop(tmp_path / "shop"), tmp_path / "shop.toml", tmp_path / "results"
    recipe.write_text(RECIPE)
    command = [
        str(recipe),
        "--data",
        str(data),
        "--factor",
        "mixture",
        "--steps",
        "6",
        "--runs",
        str(tmp_path / "runs"),
    ]
    multi_task_screening.main([*command, "--steps", "6", "--results", str(results)])
    found = {it["details"]["setting"]: it for it in read_results(results)}
    assert set(found) == set(FACTORS["mixture"])
    assert {it["details"]["steps"] for it in found.values()} == {6}
    assert {it["split"] for it in found.values()} == {"validation"}
    assert all(0 < it["metrics"]["rating"] < 2 for it in found.values())
    assert len(found["recipe"]["details"]["by_validation"]) == 6
    assert "## Multi task screening\n" in page(read_results(results))
