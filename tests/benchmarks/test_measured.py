"""Commands that are run and measured, over all attempts."""

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.measured import cost_of, is_judged, last_command, run_measured


def test_time_and_memory_of_a_command(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; data = bytearray(80_000_000); time.sleep(0.2); print('spoke')"]
    run_measured("a trial", command, tmp_path / "run", threads=1)
    cost = cost_of(tmp_path / "run")
    assert cost.seconds >= 0.2
    assert cost.peak_memory_mb > 76, "80 MB were held"
    assert (cost.attempts, cost.machine.threads) == (1, 1)
    assert (tmp_path / "run.log").read_text() == "spoke\n"
    assert last_command(tmp_path / "run") == command


def test_a_failure_names_the_log_and_its_time_counts(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=rf"a trial: .* failed with status 3; see the end of {tmp_path}/run\.log\."):
        run_measured("a trial", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "run", threads=1)
    run_measured("a trial", [sys.executable, "-c", ""], tmp_path / "run", threads=1)
    assert cost_of(tmp_path / "run").attempts == 2


def test_an_attempt_that_was_killed_lasted_until_it_last_wrote(tmp_path: Path) -> None:
    place = tmp_path / "run"
    run_measured("a trial", [sys.executable, "-c", "print(1)"], place, threads=1)
    path = tmp_path / "run.cost.json"
    (attempt,) = json.loads(path.read_text())
    log_ends = (tmp_path / "run.log").stat().st_mtime
    path.write_text(json.dumps([attempt | {"seconds": None, "peak_memory_mb": None, "started": log_ends - 42.0}]))
    assert cost_of(place).seconds == 42.0
    place.mkdir()
    (place / "losses.jsonl").touch()
    os.utime(place / "losses.jsonl", (log_ends + 8, log_ends + 8))
    assert cost_of(place).seconds == 50.0, "training wrote its losses when it said nothing"


def test_what_was_judged_stands_until_a_run_or_the_question_changes(tmp_path: Path) -> None:
    command, place, done, best = ["true"], tmp_path / "judged", tmp_path / "judged.json", tmp_path / "best.json"
    best.touch()
    assert not is_judged(done, [tmp_path], command, place)
    run_measured("judging", command, place, threads=1)
    done.touch()
    assert is_judged(done, [tmp_path], command, place)
    assert not is_judged(done, [tmp_path], [*command, "more"], place)
    judged = done.stat().st_mtime
    os.utime(best, (judged + 9, judged + 9))
    assert not is_judged(done, [tmp_path], command, place), "its labels may have been calibrated anew"
