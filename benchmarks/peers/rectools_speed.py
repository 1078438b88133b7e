"""Trains RecTools' SASRec for `benchmarks.training_speed`: its own Lightning loop, each step told to the clock.

`real_positions` in the hyperparameters says whether padding is scored, see `benchmarks.peers.rectools_sasrec`.
"""

import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import torch
from pytorch_lightning import Callback, Trainer, seed_everything

from benchmarks.peers.job import Job
from benchmarks.peers.material import Material
from benchmarks.peers.rectools_sasrec import Peer
from benchmarks.peers.selection import Selection
from benchmarks.peers.step_clock import StepClock, own_stdout

WARM_UP: Final = 3


class Told(Callback):  # type: ignore[misc]  # Lightning is not typed where this is checked
    """Tells the clock; stands where the watch that validates would."""

    def __init__(self, clock: StepClock) -> None:
        self.clock = clock

    def on_train_batch_end(self, trainer: Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """A target is a position whose next item is known; 0 is padding."""
        self.clock.step(int((batch["y"] != 0).sum()))


def main() -> None:
    """Train until the clock says stop."""
    answers, job = own_stdout(), Job.from_arguments()
    torch.set_num_threads(job.threads)
    seed_everything(job.seed)
    material = Material.load(job.exchange)
    peer = Peer(job, material, Selection[Any](job.patience))

    def facts() -> Mapping[str, Any]:
        parameters = sum(part.numel() for part in peer.model.torch_model.parameters())
        packages = ("rectools", "torch", "pytorch-lightning")
        versions = {name: version(name) for name in packages}
        return {"engine": "RecTools, PyTorch Lightning", "parameters": parameters, "versions": versions}

    peer.watch = Told(StepClock(WARM_UP, facts, sys.stdin, answers))  # type: ignore[assignment]
    peer.fit(material)


if __name__ == "__main__":
    main()
