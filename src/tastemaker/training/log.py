"""The record of a run's losses: `losses.jsonl`, which the report plots, and TensorBoard event files."""

import json
from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter


class LossLog:
    """Appends losses by task; on resume, what a killed run wrote beyond its checkpoint is cut off."""

    def __init__(self, run: Path, first_step: int) -> None:
        self.path = run / "losses.jsonl"
        lines = self.path.read_text(encoding="utf-8").splitlines() if first_step and self.path.exists() else []
        kept = [line for line in lines if _step(line) <= first_step]
        self.path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
        self._file = self.path.open("a", encoding="utf-8")
        self._writer = SummaryWriter(str(run / "tensorboard"), purge_step=first_step)

    def write(
        self,
        step: int,
        split: str,
        losses: Mapping[str, float],
        weights: Mapping[str, float],
        metrics: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        """Add the losses of one step or validation, the balancer's weights for them, and metrics by name, then task."""
        record = {"step": step, "split": split, "losses": _rounded(losses), "weights": dict(weights)}
        record |= {name: _rounded(values) for name, values in (metrics or {}).items()}
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()
        for kind, values in {split: losses, **(metrics or {})}.items():
            for task, value in values.items():
                self._writer.add_scalar(f"{task}/{kind}", value, step)

    def close(self) -> None:
        """Write what is left."""
        self._file.close()
        self._writer.close()


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {task: round(value, 5) for task, value in values.items()}


def _step(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, KeyError):
        return 1 << 60
