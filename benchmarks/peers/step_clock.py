"""Times stretches of somebody's training loop on request, so that contestants can take turns on one machine.

The loop tells the clock of every optimizer step and the targets in it. After the warm-up the clock writes one line,
what the contestant is, and waits; each line it reads then, a number of seconds, is one stretch: training goes on until
that time is over, and a line says how many steps and targets it was. `stop`, or the end of input, ends the process.
Lines are JSON. Whatever else a library prints goes to stderr. Needs nothing but Python.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from time import perf_counter, process_time
from typing import Any, Final, TextIO

from benchmarks.result import peak_memory_mb

STOP: Final = "stop"

Facts = Callable[[], Mapping[str, Any]]


class StepClock:
    """Counts steps and targets, and waits between stretches."""

    def __init__(self, warm_up: int, facts: Facts, orders: TextIO, answers: TextIO) -> None:
        """Take the channels; the first `warm_up` steps are not timed, `facts` is asked once, after them."""
        self._warm_up, self._facts, self._orders, self._answers = max(1, warm_up), facts, orders, answers
        self._is_warm = False
        self._steps = self._targets = 0
        self._seconds = self._started = self._busy_before = 0.0

    def step(self, targets: int) -> None:
        """One optimizer step on so many targets is done.

        Raises:
            SystemExit: no further stretch is wanted; its status is 0.
        """
        taken = perf_counter() - self._started
        self._steps += 1
        self._targets += targets
        if not self._is_warm and self._steps >= self._warm_up:
            self._is_warm = True
            self._answer(dict(self._facts()))
        elif self._is_warm and taken >= self._seconds:
            spent = {"seconds": taken, "cpu_seconds": process_time() - self._busy_before, "steps": self._steps}
            self._answer(spent | {"targets": self._targets, "peak_memory_mb": peak_memory_mb()})

    def _answer(self, fields: Mapping[str, Any]) -> None:
        """Write a line, wait for an order, begin to count anew."""
        self._answers.write(json.dumps(fields) + "\n")
        self._answers.flush()
        order = self._orders.readline().strip()
        if order in ("", STOP):
            raise SystemExit(0)
        self._seconds, self._steps, self._targets = float(order), 0, 0
        self._started, self._busy_before = perf_counter(), process_time()


def own_stdout() -> TextIO:
    """The standard output for answers alone; from now on everybody else's goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers
