"""Training seconds until a curve reaches a level, from what runs leave behind."""

import json
from pathlib import Path

import pytest

from benchmarks.time_to_quality import Curve, figures, main, read_curve, training_seconds
from tastemaker.training.log import LossLog


def test_the_first_validation_that_reaches_the_level_counts() -> None:
    curve = Curve((10.0, 20.0, 30.0, 40.0), (0.1, 0.19, 0.18, 0.2))
    assert curve.seconds_to(0.95 * curve.best) == 20
    assert curve.seconds_to(0.2) == 40
    assert curve.seconds_to(0.21) is None


def test_levels_of_its_own_and_of_the_weakest() -> None:
    curves = {"strong": Curve((1.0, 2.0, 3.0), (0.1, 0.2, 0.4)), "weak": Curve((5.0, 6.0), (0.05, 0.1))}
    found = figures(curves)
    assert found["common_level"] == 0.095
    assert (found["strong/seconds_to_own_95"], found["strong/seconds_to_common_level"]) == (3, 1)
    assert (found["weak/seconds_to_own_95"], found["weak/seconds_to_common_level"]) == (6, 6)


def test_validations_and_pauses_are_no_training() -> None:
    # steps of 1 s; 60 s of validation before step 3, a night before step 5
    times = {1: 100.0, 2: 101.0, 3: 162.0, 4: 163.0, 5: 9000.0}
    spent = training_seconds(times, frozenset({0, 2, 4}))
    assert spent == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}


def peer(folder: Path) -> Path:
    folder.mkdir()
    cost = {"seconds_per_epoch": [2.0, 3.0, 4.0], "validation_ndcg@10": [0.1, 0.3, 0.2]}
    (folder / "cost.json").write_text(json.dumps(cost))
    return folder


def ours(folder: Path, *, with_metric: bool = True) -> Path:
    folder.mkdir()
    log = LossLog(folder, 0)
    for step in range(1, 5):
        log.write(step, "train", {"next_item": 1.0}, {"next_item": 1.0})
    log.close()
    validations = [
        {"step": step, "split": "validation", "losses": {"next_item": 0.9}}
        | ({"ndcg@10": {"next_item": value}} if with_metric else {})
        for step, value in ((0, 0.0), (2, 0.1), (4, 0.4))
    ]
    with (folder / "losses.jsonl").open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in validations)
    return folder


def test_a_peer_counts_whole_epochs(tmp_path: Path) -> None:
    assert read_curve(peer(tmp_path / "peer")) == Curve((2.0, 5.0, 9.0), (0.1, 0.3, 0.2))


def test_ours_counts_steps(tmp_path: Path) -> None:
    curve = read_curve(ours(tmp_path / "run"))
    assert curve.values == (0.0, 0.1, 0.4)
    assert curve.seconds[0] == 0 < curve.seconds[1] < curve.seconds[2] < 60


def test_a_folder_without_a_curve_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=f"{tmp_path}: expected a run with losses.jsonl or cost.json, found neither"):
        read_curve(tmp_path)
    run = ours(tmp_path / "run", with_metric=False)
    with pytest.raises(SystemExit, match=f"{run}/losses.jsonl: expected ndcg@10 of validation, found none"):
        read_curve(run)


def test_the_result(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    runs = [f"ours={ours(tmp_path / 'run')}", f"theirs={peer(tmp_path / 'peer')}"]
    main(["--data", str(data), "--results", str(tmp_path / "results"), "--runs", *runs])
    found = json.loads((tmp_path / "results/time_to_quality/shop-side_by_side-0.json").read_text())
    assert found["metrics"]["theirs/seconds_to_own_95"] == 5
    with pytest.raises(SystemExit, match="--runs: expected NAME=FOLDER, found 'ours'"):
        main(["--data", str(data), "--runs", "ours"])
