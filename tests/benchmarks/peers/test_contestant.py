"""A peer in the ranking benchmark."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.peers import contestant


def test_a_peer_is_trained_by_the_command_that_anybody_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(
        contestant.subprocess, "run", lambda command, cwd: started.append(command) or SimpleNamespace(returncode=0)
    )
    contestant.train("implicit_als", Path("data/shop"), 2, Path("out"), 1)
    given = "--data data/shop --peer implicit_als --seed 2 --out out --threads 1"
    assert started == [[sys.executable, "-m", "benchmarks.peers.run", *given.split()]]


def test_a_failure_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contestant.subprocess, "run", lambda command, cwd: SimpleNamespace(returncode=3))
    with pytest.raises(SystemExit, match=r"als, seed 2: `benchmarks\.peers\.run --data d .*` failed with status 3\."):
        contestant.train("implicit_als", Path("d"), 2, Path("out"), 1)
