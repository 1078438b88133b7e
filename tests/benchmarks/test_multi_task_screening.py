"""Screening on made-up runs: how settings are judged, what is written, and what becomes of one that fails."""

import json
import math
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks import multi_task_screening
from benchmarks.measured import run_measured
from benchmarks.multi_task_screening import MEAN_LOG, Plan, judged, main, screen
from benchmarks.multi_task_settings import FACTORS
from benchmarks.multi_task_table import screening
from benchmarks.result import ROOT, read_results
from benchmarks.training_run import TrainingRun
from tastemaker.cli.recipe import read_recipe

RECIPE = '[data]\npath = "data/shop"\n[tasks.next_item]\n[tasks.like]\n'


def validation(step: int, next_item: float, like: float, **more: Any) -> dict[str, Any]:
    return {"step": step, "split": "validation", "losses": {"next_item": next_item, "like": like}, **more}


def test_the_best_validation_is_that_of_the_lowest_mean_logarithm() -> None:
    records = [
        validation(0, 1.0, 0.8),
        {"step": 1, "split": "train", "losses": {"next_item": 0.1, "like": 0.1}},
        validation(10, 0.5, 0.8),
        validation(20, 0.9, 0.4, **{"ndcg@10": {"next_item": 0.25}}),
        validation(30, 2.0, 0.4),
    ]
    found = judged(records)
    # ln .5 + ln 1 against ln .9 + ln .5, and ln 2 + ln .5
    assert found["metrics"] == {MEAN_LOG: pytest.approx(math.log(0.45) / 2), "next_item": 0.9, "like": 0.5}
    assert found["details"]["best_step"] == 20
    assert found["details"]["by_validation"] == [round(math.log(it) / 2, 5) for it in (0.5, 0.45, 1.0)]
    assert found["details"]["at_best"] == {"ndcg@10": {"next_item": 0.25}}


def test_one_percent_counts_alike_in_every_task_and_nothing_is_no_reason_to_fail() -> None:
    one, other = (judged([validation(0, 1.0, 0.1), validation(1, *losses)]) for losses in ((0.5, 0.1), (1.0, 0.05)))
    assert one["metrics"][MEAN_LOG] == pytest.approx(other["metrics"][MEAN_LOG])
    perfect = judged([validation(0, 1.0, 0.1), validation(1, 0.0, 0.1)])
    assert perfect["metrics"]["next_item"] == 1e-4


@pytest.mark.parametrize("factor", FACTORS)
def test_settings_differ_and_are_values_of_a_recipe(factor: str) -> None:
    settings = FACTORS[factor]
    assert len(set(settings.values())) == len(settings)
    for name, changes in settings.items():
        read = read_recipe(ROOT / "recipes" / "instruments.toml", changes)
        assert factor != "balancer" or read.balancing.method == name
        assert factor != "sharing" or read.model.sharing == name.removeprefix("own_")


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    recipe = tmp_path / "shop.toml"
    recipe.write_text(RECIPE)
    return Plan(recipe, data, tmp_path / "runs", "balancer", 60, tmp_path / "results", overrides=("model.width=32",))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[TrainingRun]:
    """What was asked to be trained; famo fails, others are the better the longer their names."""
    asked: list[TrainingRun] = []

    def train(run: TrainingRun) -> None:
        asked.append(run)
        if "balancing.method=famo" in run.changes:
            raise SystemExit("famo: failed with status 1; see the end of its log.")
        run_measured(run.name, ["true"], run.run, 1)
        place = run.run / "checkpoints" / "step-60"
        place.mkdir(parents=True)
        (place / "training.json").write_text('{"step": 60}')
        (run.run / "last.json").write_text('{"checkpoint": "step-60"}')
        (run.run / "seconds.json").write_text(json.dumps({"seconds": 10.0 if "fixed" in run.name else 15.0}))
        records = [validation(0, 1.0, 1.0), validation(10, 1 / len(run.run.name), 1.0)]
        (run.run / "losses.jsonl").write_text("".join(json.dumps(it) + "\n" for it in records))

    monkeypatch.setattr(TrainingRun, "train", train)
    return asked


def test_a_setting_is_trained_as_long_as_all_others_and_written(plan: Plan, trained: list[TrainingRun]) -> None:
    found = json.loads(screen(plan, "gradnorm", 3).read_text())
    assert (found["question"], found["data"], found["model"], found["seed"], found["split"]) == (
        *("multi_task_screening", "shop", "balancer_gradnorm", 3),
        "validation",
    )
    assert found["metrics"]["next_item"] == pytest.approx(1 / len("balancer_gradnorm-3"))
    changes = dict(it.partition("=")[::2] for it in trained[0].changes)
    assert tomllib.loads(trained[0].recipe) == tomllib.loads(RECIPE)
    assert changes["training.max_steps"] == "60"
    assert changes["training.validate_every"] == "10"
    assert int(changes["training.patience"]) > 60
    assert changes["balancing.method"] == "gradnorm"
    assert changes["model.width"] == "32"
    assert found["recipe"].endswith("--set model.width=32 --set balancing.method=gradnorm")
    assert found["details"]["training_seconds"] == 15.0
    assert str(plan.runs) not in json.dumps(found)


def test_a_setting_that_fails_is_told_and_passed_over(plan: Plan, trained: list[TrainingRun]) -> None:
    command = [str(plan.recipe), "--data", str(plan.data), "--factor", "balancer", "--steps", "60"]
    command += ["--settings", "famo", "fixed", "gradnorm", "--runs", str(plan.runs), "--results", str(plan.results)]
    with pytest.raises(SystemExit) as caught:
        main(command)
    assert str(caught.value) == "Could not be trained:\nfamo: failed with status 1; see the end of its log."
    results = read_results(plan.results)
    assert {it["details"]["setting"] for it in results} == {"fixed", "gradnorm"}
    [(head, rows)] = screening(results)
    assert head == ("balancer", "mean log", "each seed", "next_item", "like", "best step", "time")
    assert [(row[0], row[-1]) for row in rows] == [("gradnorm", "1.50"), ("fixed", "1.00")], "the best first"
    assert rows[1][1] == f"{math.log(1 / len('balancer_fixed-0')) / 2:.3f}"


def test_a_setting_that_a_factor_lacks_is_an_error(plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    command = [str(plan.recipe), "--data", str(plan.data), "--factor", "sharing", "--steps", "9", "--settings", "soft"]
    with pytest.raises(SystemExit):
        main(command)
    assert "--settings: expected some of hard, adapters, experts, own_experts, found soft." in capsys.readouterr().err


def test_a_run_that_was_not_timed_has_no_time(tmp_path: Path) -> None:
    assert multi_task_screening.seconds_of(tmp_path) is None
