"""The ranking benchmark on made-up runs: what is reused, and what is written."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measured import run_measured
from benchmarks.peers import contestant
from benchmarks.ranking import OURS, Plan, contest, main, write_pooled, write_result
from benchmarks.result import read_results
from benchmarks.training_run import keep_recipe, state_of

PEER = "implicit_als"
MODELS = ("popularity", "sasrec", PEER, OURS)
REACHED = {"popularity": 0.25, "sasrec": 0.5, PEER: 0.6, OURS: 0.75}
PEER_COST = {
    "hyperparameters": {"model": "als"},
    "epochs": 3,
    "best_epoch": 2,
    "seconds_per_epoch": [9.0, 2.0, 4.0],
    "training_seconds": 15.0,
    "targets_per_epoch": 100,
    "targets_per_second": None,
    "parameters": 64,
    "versions": {"implicit": "0.7.3"},
    "details": {"chosen": {"factors": 64}},
}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Two seeds of trained models, one of popularity, all judged."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    (data / "items.parquet").write_bytes(b"items")
    plan = Plan(data, (0, 1), tmp_path / "runs", tmp_path / "peers", tmp_path / "results")
    for model in MODELS:
        for seed in plan.seeds_of(model):
            finish(plan, model, seed)
    return plan


def finish(plan: Plan, model: str, seed: int) -> None:
    """A run as training and judging leave it."""
    if model == PEER:
        run_measured("training", ["true"], plan.run(model, seed), plan.threads)
        plan.run(model, seed).mkdir()
        (plan.run(model, seed) / "cost.json").write_text(json.dumps(PEER_COST))
    elif model != "popularity":
        run = plan.run(model, seed)
        keep_recipe(run, "[data]\n")
        run_measured("training", ["true"], run, plan.threads)
        (run / "checkpoints" / "step-30").mkdir(parents=True)
        state = {"step": 30, "stopping": {"best_step": 20}, "is_finished": True}
        (run / "checkpoints" / "step-30" / "training.json").write_text(json.dumps(state))
        (run / "last.json").write_text('{"checkpoint": "step-30"}')
    run_measured("judging", ["true"], plan.judged(model, seed), plan.threads)
    reached, folder = REACHED[model], plan.judged(model, seed)
    folder.mkdir()
    figures = {"test": {"ndcg@10": reached}, "validation": {"ndcg@10": 0.9}}
    figures |= {"users_per_second": 2000.0, "seconds_to_fit": 1.5, "peak_memory_mb": 100.0}
    (folder / "figures.json").write_text(json.dumps(figures))
    np.savez(folder / "units.npz", **{"ndcg@10": np.array([[reached, 1, 0], [reached, 1, 1]])})


def test_every_contestant_gets_a_result_and_an_untrained_one_a_single_one(plan: Plan) -> None:
    for model in MODELS:
        for seed in plan.seeds_of(model):
            write_result(plan, model, seed)
    found = {(it["model"], it["seed"]): it for it in read_results(plan.results)}
    trained = {(model, seed) for model in ("sasrec", PEER, OURS) for seed in (0, 1)}
    assert set(found) == {("popularity", 0), *trained}
    assert found[OURS, 1]["metrics"] == {"next_item/ndcg@10": 0.75}, "of test; validation stands among the details"
    assert found[OURS, 1]["recipe"] == "recipes/ranking.toml --set training.seed=1"
    assert found[OURS, 1]["details"]["validation"] == {"ndcg@10": 0.9}
    assert (found[OURS, 1]["details"]["steps"], found[OURS, 1]["details"]["best_step"]) == (30, 20)
    assert found["popularity", 0]["seconds"] == 1.5, "fitting is all its training"
    assert str(plan.runs) not in json.dumps(list(found.values())), "results name no folder of this machine"


def test_a_peer_says_what_it_took(plan: Plan) -> None:
    found = json.loads(write_result(plan, PEER, 1).read_text())
    assert found["recipe"] == "benchmarks.peers.run --peer implicit_als"
    details = found["details"]
    assert details["seconds_per_epoch"] == 4.0, "the median"
    assert (details["library"], details["versions"]) == ("implicit", {"implicit": "0.7.3"})
    assert (details["users_per_second"], details["best_epoch"], details["attempts"]) == (2000.0, 2, 1)
    assert details["search"] == {"chosen": {"factors": 64}}


def test_a_peer_is_trained_where_peers_are_and_judged_by_its_answers(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(contestant, "train", lambda *given: told.append(given))
    monkeypatch.setattr("benchmarks.ranking.run_measured", lambda name, command, *_: told.append(command[3:]))
    contest(plan, PEER, 1)
    run = plan.peers / "shop" / "implicit_als-1"
    judged = ["--data", str(plan.data), "--out", str(plan.judged(PEER, 1)), "--peer", str(run)]
    assert told == [(PEER, plan.data, 1, run, 1), judged]


def test_the_answer_is_our_difference_from_everyone_over_all_seeds(plan: Plan) -> None:
    path = write_pooled(plan, MODELS)
    assert path is not None
    found = json.loads(path.read_text())
    assert found["metrics"] == {"next_item/ndcg@10": 0.75}
    assert found["differences"]["sasrec"]["next_item/ndcg@10"]["relative"] == pytest.approx(0.5)
    assert found["differences"][PEER]["next_item/ndcg@10"]["relative"] == pytest.approx(0.25)
    assert found["differences"]["popularity"]["next_item/ndcg@10"]["value"] == pytest.approx(0.5)
    assert found["details"]["seeds"] == [0, 1]


def test_without_our_model_there_is_no_answer(plan: Plan) -> None:
    assert write_pooled(plan, ("popularity", "sasrec")) is None


def test_what_was_judged_stays(plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("benchmarks.ranking.last_command", lambda place: ["judge"])
    monkeypatch.setattr("benchmarks.ranking.run_measured", lambda *_: pytest.fail("judged again"))
    monkeypatch.setattr("benchmarks.ranking._command", lambda *_: ["judge"])
    contest(plan, "popularity", 0)
    assert capsys.readouterr().out == "shop, popularity, seed 0: judged before\n"


def test_an_unknown_model_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", "data", "--models", "sasrex"])
    assert "invalid choice: 'sasrex' (choose from" in capsys.readouterr().err


def test_no_checkpoint_no_state(tmp_path: Path) -> None:
    assert state_of(tmp_path) == {}


def test_the_sasrec_with_content_is_our_network_judged_alone(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr("benchmarks.ranking.run_measured", lambda name, command, *_: told.append(command[3:]))
    monkeypatch.setattr("benchmarks.ranking.TrainingRun.train", lambda run: told.append(list(run.changes)))
    contest(plan, "sasrec_content", 1)
    contest(plan, OURS, 1)
    run = plan.run(OURS, 1)
    assert run == plan.run("sasrec_content", 1)
    assert told[0] == told[2]
    assert told[1][-3:] == ["--run", str(run), "--network-alone"]
    assert told[3][-2:] == ["--run", str(run)]
