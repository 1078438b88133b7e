"""Runs a command as a process of its own and keeps what every attempt cost: time, memory, commit and machine.

The costs stand in a JSON file beside the log, so that a run that was killed and resumed counts all its attempts.
"""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.result import ROOT, Machine, commit, write_json


@dataclass(frozen=True)
class Cost:
    """What a finished command took, over all attempts."""

    seconds: float
    peak_memory_mb: float
    commit: str
    """Of the last attempt."""
    machine: Machine
    attempts: int


def run_measured(name: str, command: Sequence[str], place: Path, threads: int) -> None:
    """Run `command` to its end, its output in `PLACE.log`, its cost in `PLACE.cost.json`.

    Raises:
        SystemExit: it failed; the message names the log.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    before = [_closed(attempt, place) for attempt in _attempts(place)]
    started = time.time()
    opened: dict[str, Any] = {"started": started, "seconds": None, "peak_memory_mb": None, "commit": commit()}
    opened |= {"machine": asdict(Machine.here(threads)), "command": list(command)}
    write_json(_path(place), [*before, opened])
    print(f"{name}: started, see {place}.log", flush=True)
    status, usage = _run(command, place, threads)
    seconds = time.time() - started
    peak = round(usage.ru_maxrss / 1024, 1)
    write_json(_path(place), [*before, opened | {"seconds": round(seconds, 1), "peak_memory_mb": peak}])
    if status:
        raise SystemExit(f"{name}: `{' '.join(command)}` failed with status {status}; see the end of {place}.log.")
    print(f"{name}: done in {seconds:.0f} s, at most {peak:.0f} MB", flush=True)


def cost_of(place: Path) -> Cost:
    """The sum over all attempts."""
    attempts = [_closed(attempt, place) for attempt in _attempts(place)]
    last = attempts[-1]
    return Cost(
        round(sum(attempt["seconds"] for attempt in attempts), 1),
        max(attempt["peak_memory_mb"] or 0.0 for attempt in attempts),
        last["commit"],
        Machine(**last["machine"]),
        len(attempts),
    )


def last_command(place: Path) -> list[str]:
    """The command of the last attempt; empty where there was none."""
    attempts = _attempts(place)
    return list(attempts[-1]["command"]) if attempts else []


def is_judged(done: Path, runs: Sequence[Path], command: Sequence[str], place: Path) -> bool:
    """Whether the last command at `place` was this one, and left `done` after the best checkpoint of every run."""
    trained = max((run / "best.json").stat().st_mtime for run in runs)
    return done.exists() and done.stat().st_mtime >= trained and last_command(place) == list(command)


def forget(place: Path) -> None:
    """Begin to count anew."""
    _path(place).unlink(missing_ok=True)


def _run(command: Sequence[str], place: Path, threads: int) -> tuple[int, Any]:
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    with place.with_name(f"{place.name}.log").open("ab") as log:
        process = subprocess.Popen(list(command), cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def _attempts(place: Path) -> list[dict[str, Any]]:
    path = _path(place)
    attempts: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return attempts


def _closed(attempt: dict[str, Any], place: Path) -> dict[str, Any]:
    """An attempt whose watcher was killed with it lasted until it last wrote to its log or its folder."""
    if attempt["seconds"] is not None:
        return attempt
    written = [path for path in (place.with_name(f"{place.name}.log"), *place.glob("*")) if path.exists()]
    ended = max([attempt["started"], *(path.stat().st_mtime for path in written)])
    return attempt | {"seconds": round(max(0.0, ended - attempt["started"]), 1)}


def _path(place: Path) -> Path:
    return place.with_name(f"{place.name}.cost.json")
