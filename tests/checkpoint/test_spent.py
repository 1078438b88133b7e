import json
from pathlib import Path

import pytest

from tastemaker.checkpoint.spent import Spent, costs
from tastemaker.errors import CheckpointError

SEEN = {"positions": 700, "tasks": {"rating": {"positions": 500, "targets": 40}}}


def run(place: Path, state: dict[str, object], seconds: float | None) -> Path:
    (place / "checkpoints" / "step-2").mkdir(parents=True)
    (place / "checkpoints" / "step-2" / "training.json").write_text(json.dumps(state))
    (place / "last.json").write_text('{"checkpoint": "step-2"}')
    if seconds is not None:
        (place / "seconds.json").write_text(json.dumps({"seconds": seconds}))
    return place


def test_a_run_says_what_it_took(tmp_path: Path) -> None:
    found = Spent.of(run(tmp_path, {"step": 2, "seen": SEEN}, 12.5))
    assert found == Spent(12.5, 700, {"rating": {"positions": 500, "targets": 40}})


@pytest.mark.parametrize("state", [{"step": 2}, {"step": 2, "seen": None}])
def test_a_run_from_before_does_not_know(tmp_path: Path, state: dict[str, object]) -> None:
    assert Spent.of(run(tmp_path, state, None)) == Spent(None, None, {})


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=rf"^{tmp_path}: expected a run with a last\.json, found none\."):
        Spent.of(tmp_path)


def test_joint_training_beside_the_sum_of_the_singles() -> None:
    ours, theirs = ({"rating": {"positions": count, "targets": 3}} for count in (70, 50))
    singles = {"a": Spent(50.0, 500), "b": Spent(30.0, 1000, theirs)}
    found = costs(Spent(60.0, 900, ours), singles, {"next_item": "a", "rating": "b"})
    assert found["sum"] == {"seconds": 80.0, "positions": 1500}
    assert found["ratio"] == {"seconds": 0.75, "positions": 0.6}
    assert found["joint"] == {"seconds": 60.0, "positions": 900}
    assert found["tasks"] == {"rating": {"joint": ours["rating"], "alone": theirs["rating"]}}


def test_what_one_run_does_not_know_nobody_knows() -> None:
    found = costs(Spent(60.0, None), {"a": Spent(50.0, 500), "b": Spent(None, 1000)}, {"next_item": "a"})
    assert found["sum"] == {"seconds": None, "positions": 1500}
    assert found["ratio"] == {"seconds": None, "positions": None}
    assert found["tasks"] == {}
