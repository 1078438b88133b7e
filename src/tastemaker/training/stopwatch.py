"""How long a run trained, all attempts together: `RUN/seconds.json`, written behind each checkpoint.

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
        self.started = time.perf_counter()
        self.before: float | None = 0.0
        if is_resumed:
            self.before = float(read_json(self.path)["seconds"]) if self.path.exists() else None

    def write(self) -> None:
        """Keep the seconds so far; nothing of a run whose first attempt was not timed."""
        if self.before is not None:
            write_json(self.path, {"seconds": round(self.before + time.perf_counter() - self.started, 3)})
