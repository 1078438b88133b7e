"""The clock that a peer's training loop tells of its steps."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.peers.step_clock import StepClock


def clock(orders: str, warm_up: int = 2) -> tuple[StepClock, io.StringIO]:
    answers = io.StringIO()
    return StepClock(warm_up, lambda: {"engine": "none"}, io.StringIO(orders), answers), answers


def lines(answers: io.StringIO) -> list[dict[str, float]]:
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def test_steps_and_targets_of_a_stretch_leave_out_the_warm_up() -> None:
    timed, answers = clock("0\n0.2\nstop\n")
    timed.step(7)
    assert not lines(answers), "still warming up"
    timed.step(7)
    assert lines(answers) == [{"engine": "none"}]
    timed.step(5)
    (done,) = lines(answers)[1:]
    assert (done["steps"], done["targets"]) == (1, 5), "a stretch of no seconds is one step"
    with pytest.raises(SystemExit) as ended:
        for _ in range(10**7):
            timed.step(3)
    assert ended.value.code == 0
    done = lines(answers)[2]
    assert done["seconds"] >= 0.2
    assert done["targets"] == 3 * done["steps"]
    assert 0 < done["cpu_seconds"] < 2 * done["seconds"]


def test_the_end_of_orders_is_the_end() -> None:
    timed, _ = clock("", warm_up=1)
    with pytest.raises(SystemExit) as ended:
        timed.step(1)
    assert ended.value.code == 0


def test_what_libraries_print_is_no_answer() -> None:
    code = (
        "from benchmarks.peers.step_clock import own_stdout\n"
        "import os\n"
        "answers = own_stdout()\n"
        "print('a library', flush=True)\n"
        "os.write(1, b'its C code')\n"
        "answers.write('an answer')\n"
        "answers.close()\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "an answer"
    assert done.stderr == "a library\nits C code"
