"""Processes that wait for each other."""

import sys
from pathlib import Path

import pytest

from benchmarks.turns import takers

LOOP = """
import sys
from benchmarks.peers.step_clock import StepClock, own_stdout
answers = own_stdout()
print("chatter")
clock = StepClock(1, lambda: {"parameters": PARAMETERS}, sys.stdin, answers)
while True:
    clock.step(10)
"""


def loop(parameters: int) -> list[str]:
    return [sys.executable, "-c", LOOP.replace("PARAMETERS", str(parameters))]


def test_each_says_what_it_is_and_works_when_told(tmp_path: Path) -> None:
    with takers({"ours": loop(3), "theirs": loop(4)}, tmp_path / "logs", threads=1) as ready:
        assert {taker.name: taker.facts["parameters"] for taker in ready} == {"ours": 3, "theirs": 4}
        for taker in ready:
            done = taker.turn(0.05)
            assert done["seconds"] >= 0.05
            assert done["targets"] == 10 * done["steps"] > 0
            assert done["load"] >= 0
    assert [taker.process.returncode for taker in ready] == [0, 0], "ended on their own when told"
    assert (tmp_path / "logs" / "ours.log").read_text() == "chatter\n"


def test_one_that_does_not_start_names_its_log(tmp_path: Path) -> None:
    commands = {"ours": loop(3), "theirs": [sys.executable, "-c", "raise SystemExit(5)"]}
    told = rf"theirs: ended with status 5 instead of working; see the end of {tmp_path}/theirs\.log\."
    with pytest.raises(SystemExit, match=told), takers(commands, tmp_path, threads=1):
        pass


def test_one_that_ends_in_its_turn_names_its_log(tmp_path: Path) -> None:
    code = "print('{}', flush=True); raise SystemExit(6)"
    with (
        pytest.raises(SystemExit, match=r"ours: ended with status 6 instead of working"),
        takers({"ours": [sys.executable, "-c", code]}, tmp_path, threads=1) as (taker,),
    ):
        taker.turn(1.0)
