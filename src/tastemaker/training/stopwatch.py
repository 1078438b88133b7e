"""How long a run trained, all attempts together: `RUN/seconds.json`, written behind each checkpoint.

Beside the seconds that passed stand those of the processor, all threads together, which hardly depend on what else the
machine does.
It stands beside the checkpoints, not in them: these are the same however long they took. What a killed run did after
its last checkpoint is done again, and counts once.
"""

import time
from pathlib import Path
from typing import final

from tastemaker.checkpoint.store import SECONDS, read_json, write_json


@final
class Stopwatch:
    """Counts the seconds of steps and validations."""

    def __init__(self, run: Path, is_resumed: bool) -> None:
        self.path = run / SECONDS
        self.started = _now()
        self.before: dict[str, float] | None = dict.fromkeys(self.started, 0.0)
        if is_resumed:
            self.before = read_json(self.path) if self.path.exists() else None

    def write(self) -> None:
        """Keep the seconds so far; nothing of a run whose first attempt was not timed."""
        if self.before is not None:
            now = _now()
            write_json(
                self.path, {it: round(so_far + now[it] - self.started[it], 3) for it, so_far in self.before.items()}
            )


def _now() -> dict[str, float]:
    return {"seconds": time.perf_counter(), "processor_seconds": time.process_time()}
