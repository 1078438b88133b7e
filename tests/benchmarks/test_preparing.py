"""What is made of the turns, and the whole on a very small log."""

import json
from pathlib import Path

import polars as pl
import pytest

from benchmarks import preparing, preparing_probe
from benchmarks.preparing import figures, main, write_log


def turn(seconds: float, memory: float = 1.0) -> dict[str, float]:
    return {"seconds": seconds, "cpu_seconds": seconds / 2, "peak_memory_mb": memory}


def test_ratios_are_taken_turn_by_turn() -> None:
    found = figures({"plain": [turn(1), turn(2), turn(4)], "ours": [turn(5, 7.0), turn(6, 9.0), turn(8)]})
    assert (found["plain/seconds"], found["ours/cpu_seconds"]) == (2, 3)
    assert (found["ratio/seconds"], found["ratio/seconds/min"], found["ratio/seconds/max"]) == (3, 2, 5)
    assert (found["ours/peak_memory_mb"], found["plain/peak_memory_mb"]) == (9, 1)


def test_a_log_depends_on_its_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "BLOCK", 7)
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_log(tmp_path / name, 20, seed)
    one, same, other = ((tmp_path / name).read_text() for name in "abc")
    assert one == same != other
    assert pl.read_csv(tmp_path / "a").shape == (20, 5)


def test_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str, command: list[str], place: Path, threads: int) -> None:
        preparing_probe.main(command[3:])

    monkeypatch.setattr(preparing, "run_measured", run)
    folders = {"runs": tmp_path / "runs", "results": tmp_path / "results"}
    main(
        [
            "--rows",
            "50",
            "--repetitions",
            "1",
            *(word for name, path in folders.items() for word in (f"--{name}", str(path))),
        ]
    )
    found = json.loads((tmp_path / "results/preparing/made_up_log-csv_50-0.json").read_text())
    assert found["metrics"]["ratio/seconds"] > 0
    assert found["details"]["rows"] == 50
    assert len(found["details"]["turns"]["plain"]) == 1
