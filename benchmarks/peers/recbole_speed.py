"""Trains RecBole's SASRec for `benchmarks.training_speed`: its own loop, each step told to the clock.

A row of RecBole's is one target and its prefix, so that `train_batch_size` is the targets of a step.
"""

import contextlib
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import torch

from benchmarks.peers.job import Job
from benchmarks.peers.material import Material
from benchmarks.peers.recbole_sasrec import Peer, TrainDataLoader, Trainer
from benchmarks.peers.step_clock import StepClock, own_stdout

WARM_UP: Final = 3


class Told(Trainer):  # type: ignore[misc]  # RecBole is not installed where this is checked
    """RecBole's trainer, which tells the clock of every step."""

    def __init__(self, peer: Peer, clock: StepClock) -> None:
        super().__init__(peer.config, peer.model)
        self.rows = 0
        self.optimizer.register_step_post_hook(lambda *_: clock.step(self.rows))

    def _train_epoch(self, train_data: Any, epoch_idx: int, loss_func: Any = None, show_progress: bool = False) -> Any:
        return super()._train_epoch(train_data, epoch_idx, self._loss, show_progress)

    def _loss(self, rows: Any) -> torch.Tensor:
        self.rows = len(rows)
        loss: torch.Tensor = self.model.calculate_loss(rows)
        return loss


def main() -> None:
    """Train until the clock says stop."""
    answers, job = own_stdout(), Job.from_arguments()
    sys.argv[1:] = []  # RecBole would read them too
    torch.set_num_threads(job.threads)
    material = Material.load(job.exchange)
    with TemporaryDirectory() as place, contextlib.chdir(place):
        peer = Peer(job, material, Path(place))

        def facts() -> Mapping[str, Any]:
            parameters = sum(part.numel() for part in peer.model.parameters())
            versions = {name: version(name) for name in ("recbole", "torch")}
            return {"engine": "RecBole", "parameters": parameters, "versions": versions}

        batches = TrainDataLoader(peer.config, peer.data, None, shuffle=True)
        Told(peer, StepClock(WARM_UP, facts, sys.stdin, answers)).fit(batches, verbose=False, saved=False)


if __name__ == "__main__":
    main()
