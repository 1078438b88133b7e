"""The joint training benchmark on made-up runs: what is reused, and what is written."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.joint_training import ALONE, JOINT, Plan, train, write_pooled, write_seed
from benchmarks.measured import run_measured
from benchmarks.result import read_results
from benchmarks.training_run import keep_recipe

RECIPE = "[data]\n"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two seeds, trained and judged."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    (data / "items.parquet").write_bytes(b"items")
    plan = Plan(data, (0, 1), tmp_path / "runs", {JOINT: RECIPE, ALONE: RECIPE}, tmp_path / "results")
    for seed in plan.seeds:
        for model in (JOINT, ALONE):
            finish(plan, model, seed)
        judge(plan, seed)
    return plan


def finish(plan: Plan, model: str, seed: int) -> None:
    """A run as training leaves it."""
    run = plan.run(model, seed)
    keep_recipe(run, RECIPE)
    run_measured("training", ["true"], run, plan.threads)
    state = {
        "step": 30,
        "stopping": {"best_step": 20},
        "mixture": {"turn": 0, "streams": [{"epoch": 2}, {"epoch": 1}]},
        "is_finished": True,
    }
    place = run / "checkpoints" / "step-30"
    place.mkdir(parents=True)
    (place / "training.json").write_text(json.dumps(state))
    (run / "last.json").write_text('{"checkpoint": "step-30"}')


def judge(plan: Plan, seed: int) -> None:
    """Figures as `benchmarks.judged` leaves them: joint .5 or .75, alone and popularity .25."""
    joint = 0.5 + seed / 4
    report: dict[str, Any] = {
        "tasks": {"next_item": {"ndcg@10": joint}, "dialogue": {"recall@10": 0.1}},
        "baselines": {
            plan.run(ALONE, seed).name: {"next_item": {"ndcg@10": 0.25}},
            "popularity": {"next_item": {"ndcg@10": 0.25}, "dialogue": {"recall@10": 0.05}},
        },
        "intervals": {"next_item": {"ndcg@10": [0.4, 0.6]}},
        "differences": {plan.run(ALONE, seed).name: {"next_item": {"ndcg@10": {"value": 0.25, "low": 0, "high": 1}}}},
        "slices": {"noisy": {plan.run(ALONE, seed).name: {"next_item": {"ndcg@10": 0.2}}}},
        "sizes": {"next_item": {"examples": 2}},
        "simulated": ["dialogue"],
    }
    run_measured("judging", ["true"], plan.judged(seed), plan.threads)
    plan.judged(seed).mkdir()
    (plan.judged(seed) / "evaluation.json").write_text(json.dumps(report))
    values = {JOINT: joint, ALONE: 0.25, "popularity": 0.25}
    units = {f"{name}/next_item/ndcg@10": np.array([[it, 1, 0], [it, 1, 1]]) for name, it in values.items()}
    np.savez(plan.judged(seed) / "units.npz", **units)


def test_every_contestant_gets_a_result_of_every_seed(plan: Plan) -> None:
    for seed in plan.seeds:
        write_seed(plan, seed)
    found = {(it["model"], it["seed"]): it for it in read_results(plan.results)}
    assert set(found) == {(name, seed) for name in (JOINT, ALONE, "popularity") for seed in (0, 1)}
    joint = found[JOINT, 1]
    assert joint["metrics"] == {"next_item/ndcg@10": 0.75, "dialogue/recall@10": 0.1}
    assert set(joint["differences"]) == {ALONE}, "under its name, not that of its folder"
    assert joint["slices"] == {"noisy": {ALONE: {"next_item": {"ndcg@10": 0.2}}}}
    assert joint["recipe"] == "recipes/demo.toml --set training.seed=1"
    assert joint["details"]["simulated"] == ["dialogue"]
    assert {name: joint["details"][name] for name in ("steps", "best_step", "passes")} == {
        **{"steps": 30, "best_step": 20},
        "passes": [2, 1],
    }
    assert found[ALONE, 0]["recipe"] == "recipes/next_item.toml --set training.seed=0"
    assert found["popularity", 0]["seconds"] == 0.0
    assert str(plan.runs) not in json.dumps(list(found.values())), "results name no folder of this machine"


def test_the_answer_over_all_seeds(plan: Plan) -> None:
    found = json.loads(write_pooled(plan).read_text())
    assert found["metrics"] == {"next_item/ndcg@10": 0.625}, "(0.5 + 0.75) / 2"
    assert found["details"]["by_seed"] == {"next_item/ndcg@10": [0.5, 0.75]}
    gap = found["differences"][ALONE]["next_item/ndcg@10"]
    assert (gap["value"], gap["relative"]) == (0.375, 1.5)
    assert gap["low"] == gap["high"] == 0.375, "both users gain alike, so whoever is drawn"
    assert found["baselines"]["popularity"] == {"next_item/ndcg@10": 0.25}


def test_a_run_of_another_recipe_is_refused(plan: Plan) -> None:
    changed = Plan(plan.data, plan.seeds, plan.runs, {JOINT: "[model]\n", ALONE: RECIPE}, plan.results)
    with pytest.raises(SystemExit, match="joint-0: expected a run of the recipe as it stands, found one that began"):
        train(changed, JOINT, 0)
