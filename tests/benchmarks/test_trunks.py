"""The pretrained trunk beside the plain one: what is written of a comparison that was made."""

import json
from dataclasses import replace
from pathlib import Path

from benchmarks.measured import run_measured
from benchmarks.result import ROOT
from benchmarks.trunks import PLAIN, PRETRAINED, RECIPES, Plan, write
from benchmarks.trunks_table import briefly, head_and_rows
from tastemaker.cli.recipe import read_recipe

RATING = {"metric": "rmse", "joint": 0.9, "alone": 1.0, "change": 0.1, "low": 0.05, "high": 0.15}
NEXT = {"metric": "ndcg@10", "joint": 0.2, "alone": 0.25, "change": -0.2, "low": None, "high": None}
SHOWN = [
    ("rating", "rmse", "all", "0.9000", "1.0000", "+10.0 % [+5.0, +15.0]"),
    ("next_item", "ndcg@10", "new_items", "0.2000", "0.2500", "-20.0 %"),
]
FOUND = {"tasks": {"rating": RATING}, "slices": {"new_items": {"tasks": {"next_item": NEXT}}}}


def test_both_recipes_have_the_same_tasks_and_data() -> None:
    plain, pretrained = (read_recipe(ROOT / RECIPES[trunk]) for trunk in (PLAIN, PRETRAINED))
    assert (plain.data, plain.evaluation) == (pretrained.data, pretrained.evaluation)
    tasks = {
        name: replace(
            task,
            weight=plain.tasks[name].weight,
            mixture_weight=1.0,
            every_step=False,
            dropout=plain.tasks[name].dropout,
        )
        for name, task in pretrained.tasks.items()
    }
    tasks["dialogue"] = replace(tasks["dialogue"], simulated_share=plain.tasks["dialogue"].simulated_share)
    assert plain.tasks == tasks, "weights, how much is read of a task, and dropout, are the recipe's choice"
    assert not plain.model.is_pretrained and pretrained.model.is_pretrained


def test_the_plain_one_is_trained_for_as_long(tmp_path: Path) -> None:
    plan = Plan(tmp_path, 3, tmp_path, overrides=("model.window=256",))
    shared = {"data.new_items=0.1", "training.seed=3", "model.window=256"}
    assert set(plan.settings(PLAIN)) == shared | {"training.epochs=9"}
    assert set(plan.settings(PRETRAINED)) == shared


def finished(plan: Plan, trunk: str) -> None:
    """What a training leaves that a result is made of."""
    run = plan.run(trunk)
    run_measured("nothing", ["true"], run, 1)
    (run / "checkpoints" / "at").mkdir(parents=True)
    (run / "last.json").write_text(json.dumps({"checkpoint": "at"}))
    (run / "checkpoints" / "at" / "training.json").write_text(json.dumps({"step": 7, "stopping": {"best_step": 5}}))


def test_each_trunk_gets_its_own_figures_and_the_pretrained_one_the_changes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text(json.dumps({"name": "shop", "checksums": {}}))
    plan = Plan(data, 0, tmp_path / "runs", tmp_path / "results")
    results = {}
    for trunk in RECIPES:
        finished(plan, trunk)
        results[trunk] = json.loads(write(plan, trunk, FOUND).read_text())
    assert results[PRETRAINED]["metrics"] == {"rating/rmse/all": 0.9, "next_item/ndcg@10/new_items": 0.2}
    assert results[PLAIN]["metrics"] == {"rating/rmse/all": 1.0, "next_item/ndcg@10/new_items": 0.25}
    changes = results[PRETRAINED]["details"]["changes"]
    assert changes["rating/rmse/all"] == {"value": 0.1, "low": 0.05, "high": 0.15}
    assert results[PLAIN]["details"] == {"steps": 7, "best_step": 5}
    assert head_and_rows(list(results.values()))[1] == SHOWN
    page = briefly(list(results.values()))
    assert "| `rating` | rmse | 0.9000 | 1.0000 | +10.0 % [+5.0, +15.0] |" in page
    assert "| `next_item`, new items | ndcg@10 | 0.2000 | 0.2500 | -20.0 % |" in page
