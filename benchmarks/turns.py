"""Processes that take turns: one works while all others wait, so that they are measured under the same conditions.

Each process speaks the lines of `benchmarks.peers.step_clock`: what it is, then one line for each number of seconds.
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.step_clock import STOP
from benchmarks.result import ROOT


@dataclass(frozen=True)
class Taker:
    """A process that is ready and waits for its turn."""

    name: str
    facts: Mapping[str, Any]
    """What it says of itself."""
    process: subprocess.Popen[str]
    log: Path

    def turn(self, seconds: float) -> dict[str, Any]:
        """Let it work for that long; returns what it did, with the machine's load average at the end.

        Raises:
            SystemExit: it ended instead.
        """
        return answer(self.name, self.process, self.log, str(seconds)) | {"load": round(os.getloadavg()[0], 2)}


@contextlib.contextmanager
def takers(commands: Mapping[str, Sequence[str]], logs: Path, threads: int) -> Iterator[list[Taker]]:
    """Start the processes one after the other, each past its warm-up before the next; end them all afterwards.

    Raises:
        SystemExit: one ended before it was ready; the message names its log.
    """
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    with contextlib.ExitStack() as stack:
        ready = []
        for name, command in commands.items():
            log = logs / f"{name}.log"
            file = stack.enter_context(log.open("w", encoding="utf-8"))
            process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
            stack.callback(end, process)
            ready.append(Taker(name, answer(name, process, log), process, log))
        yield ready


def answer(name: str, process: subprocess.Popen[str], log: Path, order: str = "") -> dict[str, Any]:
    """Give an order, if any, and read the line that answers it.

    Raises:
        SystemExit: the process ended instead.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        if order:
            process.stdin.write(f"{order}\n")
            process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{name}: ended with status {process.wait()} instead of working; see the end of {log}.")
    fields: dict[str, Any] = json.loads(line)
    return fields


def end(process: subprocess.Popen[str]) -> None:
    """Ask a process to stop, and stop it where it does not."""
    with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
        process.communicate(f"{STOP}\n", timeout=60)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(BrokenPipeError):  # what it was still to be told
            if pipe is not None:
                pipe.close()
