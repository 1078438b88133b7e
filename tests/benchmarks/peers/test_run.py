"""What is started for a peer, without starting it."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.measured import run_measured
from benchmarks.peers.environment import REQUIREMENTS, commands, ensure_environment
from benchmarks.peers.job import Job
from benchmarks.peers.peers import PEERS, find_peer
from benchmarks.peers.run import check_finished, command
from benchmarks.result import ROOT


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_has_a_script_and_versions(name: str) -> None:
    peer = PEERS[name]
    assert (ROOT / f"{peer.script.replace('.', '/')}.py").exists()
    lines = (REQUIREMENTS / f"{peer.library}.txt").read_text(encoding="utf-8").splitlines()
    assert all("==" in line for line in lines)
    assert any(line.split("==")[0].partition("[")[0].lower() == peer.library for line in lines)


def test_an_unknown_peer_is_named() -> None:
    with pytest.raises(SystemExit, match=r"--peer: expected one of rectools_sasrec, .*, found 'svd'\."):
        find_peer("svd")


def test_pytorch_is_installed_first_and_alone(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("numpy==2.0\ntorch==2.13.0\ntorchmetrics==1.9\n", encoding="utf-8")
    make, first, rest = commands(tmp_path / "venv" / "bin" / "python", tmp_path / "x.txt")
    assert make[1:] == ["-m", "venv", str(tmp_path / "venv")]
    assert first[-1] == "torch==2.13.0"
    assert rest[-2:] == ["--requirement", str(tmp_path / "x.txt")]


def test_an_environment_with_these_versions_is_kept(tmp_path: Path) -> None:
    place = tmp_path / "implicit" / "venv"
    place.mkdir(parents=True)
    pins = (REQUIREMENTS / "implicit.txt").read_text(encoding="utf-8")
    (place / "requirements.txt").write_text(pins, encoding="utf-8")
    assert ensure_environment("implicit", tmp_path) == place / "bin" / "python"


def test_a_peer_runs_with_its_own_python() -> None:
    job = Job(Path("e"), Path("o"), 1, {"a": 2}, epochs=3, patience=4, threads=1)
    words = command(Path("venv/bin/python"), PEERS["implicit_als"], job)
    assert words[:5] == ["venv/bin/python", "-W", "ignore", "-m", "benchmarks.peers.implicit_models"]
    assert Job.from_arguments(words[5:]) == job


def test_a_finished_training_stays_unless_it_is_another(tmp_path: Path) -> None:
    out = tmp_path / "als-1"
    job = Job(Path("e"), out, 1, {"grid": {"k": [2]}}, epochs=3, patience=4, threads=1)
    check_finished(out, job)  # nothing is known of how it was made
    run_measured("als", ["true", *job.arguments()], out, 1)
    check_finished(out, replace(job, threads=2))
    with pytest.raises(SystemExit, match=r"als-1: expected a training with epochs 9, found 3\. Move that"):
        check_finished(out, replace(job, epochs=9))
    with pytest.raises(SystemExit, match=r"expected a training with hyperparameters \{'k': 1\}, found \{'grid'"):
        check_finished(out, replace(job, hyperparameters={"k": 1}))
