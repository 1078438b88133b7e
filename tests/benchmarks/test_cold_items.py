"""The cold-item benchmark on made-up runs: what is reused, and what is written."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cold_items import OURS, Plan, _command, contest, main, pools_of, write_pooled, write_result
from benchmarks.measured import run_measured
from benchmarks.result import read_results
from benchmarks.training_run import keep_recipe

MODELS = ("popularity", "no_id_dropout", OURS)
KEYS = ("cold/ndcg@10", "warm/ndcg@10", "warm_without_cold/ndcg@10")
REACHED = {"popularity": (0.0, 0.25, 0.25), "no_id_dropout": (0.0, 0.5, 0.8), OURS: (0.5, 0.75, 1.0)}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two seeds, all trained and judged; their targets are of different users."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    (data / "items.parquet").write_bytes(b"items")
    plan = Plan(data, (0, 1), tmp_path / "runs", tmp_path / "results")
    for seed in plan.seeds:
        plan.training(seed).mkdir(parents=True)
        (plan.training(seed) / "dataset.json").write_text("{}")
        for model in MODELS:
            finish(plan, model, seed)
    return plan


def finish(plan: Plan, model: str, seed: int) -> None:
    """A run as training and judging leave it."""
    if model != "popularity":
        run = plan.run(model, seed)
        keep_recipe(run, "[data]\n")
        run_measured("training", ["true"], run, plan.threads)
        (run / "checkpoints" / "step-30").mkdir(parents=True)
        state = {"step": 30, "stopping": {"best_step": 20}, "is_finished": True}
        (run / "checkpoints" / "step-30" / "training.json").write_text(json.dumps(state))
        (run / "last.json").write_text('{"checkpoint": "step-30"}')
    folder = plan.judged(model, seed)
    run_measured("judging", ["true"], folder, plan.threads)
    folder.mkdir()
    reached = dict(zip(KEYS, REACHED[model], strict=True))
    figures = {"test": reached, "details": {"cold_odds": 1.5}, "seconds_to_fit": 1.5, "peak_memory_mb": 100.0}
    (folder / "figures.json").write_text(json.dumps(figures))
    units = {key: np.array([[value, 1, user] for user in range(2 + seed)]) for key, value in reached.items()}
    np.savez(folder / "units.npz", **units)  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag


def test_every_contestant_gets_a_result_a_seed(plan: Plan) -> None:
    for model in MODELS:
        for seed in plan.seeds:
            write_result(plan, model, seed)
    found = {(it["model"], it["seed"]): it for it in read_results(plan.results)}
    assert set(found) == {(model, seed) for model in MODELS for seed in (0, 1)}, "each seed asks for other items"
    assert found[OURS, 1]["metrics"] == dict(zip(KEYS, REACHED[OURS], strict=True))
    assert found["no_id_dropout", 1]["recipe"] == (
        "recipes/ranking.toml --set training.seed=1 --set model.id_dropout=0.0"
    )
    assert found[OURS, 1]["details"] == {"cold_odds": 1.5, "steps": 30, "best_step": 20, "attempts": 1}
    assert found["popularity", 0]["seconds"] == 1.5, "fitting is all its training"
    assert str(plan.runs) not in json.dumps(list(found.values())), "results name no folder of this machine"


def test_the_answer_tells_what_cold_items_gain_and_what_they_cost(plan: Plan) -> None:
    path = write_pooled(plan, MODELS)
    assert path is not None
    found = json.loads(path.read_text())
    gaps = found["differences"]
    assert found["metrics"] == dict(zip(KEYS, REACHED[OURS], strict=True))
    assert gaps["popularity"]["cold/ndcg@10"]["value"] == pytest.approx(0.5)
    assert gaps["no_id_dropout"]["warm/ndcg@10"]["relative"] == pytest.approx(0.5)
    own = gaps["tastemaker, cold items left out"]
    assert set(own) == {"warm/ndcg@10"}
    assert own["warm/ndcg@10"]["relative"] == pytest.approx(-0.25), ".75 among all items, 1 among known ones"
    whole = gaps["no_id_dropout, cold items left out"]["warm/ndcg@10"]
    assert whole["value"] == pytest.approx(-0.05), "all that cold items cost: .75 against .8"
    assert found["details"]["seeds"] == [0, 1]


def test_new_items_favoured_are_the_same_training_judged_with_other_odds(plan: Plan) -> None:
    favoured = "tastemaker_new_x2"
    assert plan.run(favoured, 1) == plan.run(OURS, 1)
    assert plan.settings(favoured, 1) == plan.settings(OURS, 1)
    assert _command(plan, favoured, 1)[-2:] == ["--odds", "2.0"]
    assert "--odds" not in _command(plan, OURS, 1)
    assert write_pooled(plan, MODELS, favoured) is None


def test_without_our_model_there_is_no_answer(plan: Plan) -> None:
    assert write_pooled(plan, ("popularity",)) is None


def test_targets_of_all_seeds_stand_side_by_side() -> None:
    """One target in the first seed and three in the second, of which one is hit: a quarter of all."""
    first = {"cold/recall@10": np.array([[0.0, 1, 4]])}
    second = {"cold/recall@10": np.array([[1.0, 1, 4], [0, 1, 5], [0, 1, 6]])}
    pool = pools_of([first, second])["cold/recall@10"]
    assert pool.tally.value == 0.25
    assert pool.clusters.tolist() == [4, 4, 5, 6], "user 4 is drawn with the targets of both seeds"
    assert pool.by_seed == pytest.approx((0, 1 / 3))


def test_what_was_judged_stays_until_its_data_are_newer(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    again: list[str] = []
    monkeypatch.setattr("benchmarks.cold_items.derive", lambda folder, seed, out: out)
    monkeypatch.setattr("benchmarks.cold_items.last_command", lambda place: ["judge"])
    monkeypatch.setattr("benchmarks.cold_items.run_measured", lambda name, *_: again.append(name))
    monkeypatch.setattr("benchmarks.cold_items._command", lambda *_: ["judge"])
    contest(plan, "popularity", 0)
    assert capsys.readouterr().out == "shop, popularity, seed 0: judged before\n"
    assert not again
    figures = plan.judged("popularity", 0) / "figures.json"
    stat = (plan.training(0) / "dataset.json").stat()
    os.utime(figures, (stat.st_atime - 9, stat.st_mtime - 9))
    contest(plan, "popularity", 0)
    assert again == ["shop, popularity, seed 0: judging"]


def test_an_unknown_model_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "data", "--models", "tastemakr"])
    assert "invalid choice: 'tastemakr' (choose from" in capsys.readouterr().err
