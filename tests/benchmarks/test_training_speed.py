"""Who is timed, and what is made of the turns."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import training_speed
from benchmarks.training_speed import OURS, OURS_IN_FLOAT32, PEERS, Plan, command, figures, main, targets_a_step

DATA = """{"name": "shop"}"""
LOOP = """
import sys
from benchmarks.peers.step_clock import StepClock, own_stdout
clock = StepClock(1, lambda: {"parameters": PARAMETERS}, sys.stdin, own_stdout())
while True:
    clock.step(10)
"""


def loop(parameters: str) -> list[str]:
    return [sys.executable, "-c", LOOP.replace("PARAMETERS", parameters)]


def turn(targets: int, seconds: float) -> dict[str, float]:
    return {"targets": targets, "seconds": seconds, "cpu_seconds": seconds / 2, "steps": 1, "peak_memory_mb": 50.0}


def test_medians_and_ratios_within_each_repetition() -> None:
    turns = {
        OURS: [turn(100, 1.0), turn(300, 1.0), turn(200, 1.0)],
        "theirs": [turn(50, 1.0), turn(100, 2.0), turn(25, 1.0)],
    }
    found = figures(turns)
    assert (found[f"{OURS}/targets_per_second"], found["theirs/targets_per_second"]) == (200, 50)
    assert (found[f"{OURS}/targets_per_second/min"], found[f"{OURS}/targets_per_second/max"]) == (100, 300)
    assert found[f"{OURS}_to_theirs"] == 6, "of 100 / 50, 300 / 50 and 200 / 25"
    assert found["theirs/targets_per_cpu_second"] == 100
    assert found["theirs/peak_memory_mb"] == 50
    assert "theirs_to_theirs" not in found


def test_without_ours_there_is_no_ratio() -> None:
    assert not [name for name in figures({"theirs": [turn(50, 1.0)]}) if "_to_" in name]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A data set folder whose exchange holds users of 3, 2, 1 and 60 training interactions."""
    data, exchange = tmp_path / "data", tmp_path / "exchange"
    for folder in (data, exchange):
        folder.mkdir()
    (data / "dataset.json").write_text(DATA)
    (data / "items.parquet").write_bytes(b"items")
    users = [0] * 3 + [1] * 2 + [2] + [3] * 60
    training_speed.np.savez(exchange / "train.npz", user=users)
    monkeypatch.setattr(training_speed, "write_exchange", lambda data: exchange)
    monkeypatch.setattr(training_speed, "ensure_environment", lambda library: Path(f"/{library}/python"))
    return Plan(data, (OURS, "rectools_sasrec"), 2, 0.01, 1, tmp_path / "logs", tmp_path / "results")


def test_targets_of_a_step(plan: Plan) -> None:
    assert targets_a_step(plan.data) == 2 + 1 + 0 + 50, "one step; the longest history is cut to 51 interactions"


def test_ours_gets_as_many_targets_a_step(plan: Plan) -> None:
    words = command(plan, OURS)
    assert words[:3] == [sys.executable, "-m", "benchmarks.training_probe"]
    assert float(words[words.index("--targets") + 1]) == 53
    assert "model.width=64" in words, "whatever the recipe says"


@pytest.mark.parametrize(("name", "precision"), [(OURS, "auto"), (OURS_IN_FLOAT32, "float32")])
def test_ours_takes_part_in_both_precisions(plan: Plan, name: str, precision: str) -> None:
    assert f"training.precision={precision}" in command(plan, name)


@pytest.mark.parametrize(("name", "real"), [("rectools_sasrec", False), ("rectools_sasrec_real_positions", True)])
def test_a_peer_trains_in_its_own_environment_with_its_hyperparameters(plan: Plan, name: str, real: bool) -> None:
    words = command(plan, name)
    assert words[:5] == ["/rectools/python", "-W", "ignore", "-m", PEERS[name].script]
    hyperparameters = json.loads(words[words.index("--hyperparameters") + 1])
    assert (hyperparameters["real_positions"], hyperparameters["batch_size"]) == (real, 256)


def test_a_library_that_counts_targets_gets_as_many_a_step(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = SimpleNamespace(library="recbole", hyperparameters={"hidden_size": 64, "train_batch_size": 2048})
    monkeypatch.setattr(training_speed, "find_peer", {"recbole_sasrec": theirs}.__getitem__)
    words = command(plan, "recbole_sasrec")
    assert words[0] == "/recbole/python"
    hyperparameters = json.loads(words[words.index("--hyperparameters") + 1])
    assert hyperparameters == {"hidden_size": 64, "train_batch_size": 53}


def test_the_result(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_speed, "command", lambda plan, name: loop("7" if name == OURS else "8"))
    given = ["--data", plan.data, "--contestants", OURS, "rectools_sasrec", "--repetitions", "2", "--seconds", "0.01"]
    main([str(word) for word in (*given, "--logs", plan.logs, "--results", plan.results)])
    (path,) = plan.results.glob("training_speed/*.json")
    assert path.name == "shop-side_by_side-0.json"
    found = json.loads(path.read_text())
    assert found["details"]["contestants"]["rectools_sasrec"] == {"parameters": 8}
    assert [len(turns) for turns in found["details"]["turns"].values()] == [2, 2]
    assert found["metrics"][f"{OURS}_to_rectools_sasrec"] > 0
