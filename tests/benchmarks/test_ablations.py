"""The ablations on made-up runs: what is trained once, what is judged, and what is written."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from benchmarks.ablation_variants import UNIT_ITEMS, WHOLE, admit
from benchmarks.ablations import DEFAULT, RECIPE, VARIANTS, Plan, ablate, main, recipe_of, write_pooled, write_result
from benchmarks.measured import run_measured
from benchmarks.result import ROOT, read_results
from benchmarks.training_run import TrainingRun, keep_recipe
from benchmarks.trunk_variants import TRUNKS
from tastemaker.cli.recipe import read_recipe
from tastemaker.model.config import FROM_SCRATCH
from tastemaker.model.network import BACKBONES
from tastemaker.tasks import TASKS

REACHED = {DEFAULT: 0.5, "pre_norm": 0.25, "no_graph": 0.4}


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What is made known stays in its test."""
    before = FROM_SCRATCH[:]
    with patch.dict(BACKBONES), patch.dict(TASKS):
        yield
    FROM_SCRATCH[:] = before


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two seeds of the recipe and of a trunk, both trained; a term is left out of the recipe's runs."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    plan = Plan(data, (0, 1), tmp_path / "runs", tmp_path / "results", epochs=6)
    for variant, reached in REACHED.items():
        for seed in plan.seeds:
            finish(plan, variant, seed, reached)
    return plan


def finish(plan: Plan, variant: str, seed: int, reached: float) -> None:
    """A run as training and judging leave it."""
    run, judged = plan.run(variant, seed), plan.judged(variant, seed)
    if not VARIANTS[variant].without:
        keep_recipe(run, recipe_of(variant))
        run_measured("training", ["true"], run, plan.threads)
        (run / "checkpoints" / "step-30").mkdir(parents=True)
        state = {"step": 30, "stopping": {"best_step": 20}, "is_finished": True}
        (run / "checkpoints" / "step-30" / "training.json").write_text(json.dumps(state))
        (run / "last.json").write_text('{"checkpoint": "step-30"}')
    run_measured("judging", ["true"], judged, plan.threads)
    judged.mkdir()
    (judged / "figures.json").write_text(json.dumps({"ndcg@10": reached}))
    np.savez(judged / "units.npz", **{"ndcg@10": np.array([[reached, 1, 0], [reached, 1, 1]])})


def test_every_variant_is_a_recipe_that_differs_in_its_one_change(tmp_path: Path) -> None:
    admit(DEFAULT)
    plan = Plan(tmp_path, (0,), tmp_path)
    default = read_recipe(ROOT / RECIPE, plan.settings(DEFAULT))
    for name, variant in VARIANTS.items():
        path = tmp_path / "recipe.toml"
        path.write_text(recipe_of(name))
        changed = read_recipe(path, plan.settings(name)) != default
        assert changed == bool(variant.changes or variant.times > 1 or variant.task == WHOLE), name
    assert {it.partition("=")[2] for variant in VARIANTS.values() for it in variant.changes} >= set(TRUNKS)
    assert UNIT_ITEMS in VARIANTS


def test_a_longer_training_is_longer_than_whatever_the_others_have(plan: Plan) -> None:
    assert plan.settings("twice_as_long") == ("training.epochs=12",)
    assert plan.settings("dropout_3") == ("training.epochs=6", "model.dropout=0.3")


def test_another_task_takes_the_place_of_the_recipes() -> None:
    text = recipe_of("whole_histories")
    assert list(tomllib.loads(text)["tasks"]) == [WHOLE]
    assert tomllib.loads(text)["tasks"][WHOLE] == tomllib.loads(recipe_of(DEFAULT))["tasks"]["next_item"]


def test_a_term_is_left_out_of_the_runs_of_the_recipe(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []
    trained: list[tuple[Path, tuple[str, ...], tuple[str, ...]]] = []
    monkeypatch.setattr("benchmarks.ablations.run_measured", lambda name, command, *_: told.append(command))
    monkeypatch.setattr(TrainingRun, "train", lambda it: trained.append((it.run, it.changes, it.program)))
    for variant in ("no_graph", DEFAULT, "pre_norm"):
        ablate(plan, variant, 1)
    assert trained[0] == trained[1], "one training"
    assert trained[0][0] == plan.runs / "shop" / "default-1"
    assert trained[2][1][:3] == ("training.epochs=6", "model.backbone=pre_norm", "training.seed=1")
    assert trained[2][2] == ("benchmarks.ablation_variants", "pre_norm")
    assert told[0][-2:] == ["--without", "graph"]
    assert "--without" not in told[1]


def test_results_are_of_validation_and_name_the_change(plan: Plan) -> None:
    write_result(plan, "no_graph", 1)
    [found] = read_results(plan.results)
    assert (found["split"], found["metrics"]) == ("validation", {"next_item/ndcg@10": 0.4})
    assert found["recipe"] == f"{RECIPE} --set training.epochs=6 --set training.seed=1, without graph"
    assert found["details"] == {"change": VARIANTS["no_graph"].told, "steps": 30, "best_step": 20}


def test_differences_are_from_the_recipe_and_paired(plan: Plan) -> None:
    found = json.loads(write_pooled(plan, "pre_norm").read_text())
    gap = found["differences"][DEFAULT]["next_item/ndcg@10"]
    assert (gap["value"], gap["relative"], gap["low"], gap["high"]) == (-0.25, -0.5, -0.25, -0.25)
    assert found["details"]["by_seed"] == {"next_item/ndcg@10": [0.25, 0.25]}
    assert "differences" not in json.loads(write_pooled(plan, DEFAULT).read_text())


def test_an_unknown_variant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "data", "--variants", "post_norm"])
    assert "invalid choice: 'post_norm' (choose from" in capsys.readouterr().err
