"""RecTools' SASRec: shifted sequences, full or sampled softmax, its own or LiGR layers (then it is eSASRec).

Training runs in RecTools' own Lightning loop, with `SASRecModel`'s arguments as hyperparameters; a callback takes the
time of each epoch and validates. `transformer_layers = "ligr"` stands for the class. RecTools scores padding as well
and then weighs it with nothing, nine tenths of the work on short histories; `real_positions = true` leaves padding
out before the scores. Loss and gradients are the same, so quality is measured with it and the library's own speed
without.

Source: Tikhonovich et al., "eSASRec: Enhancing Transformer-based Recommendations in a Modular Fashion", RecSys 2025.
"""

import os
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pytorch_lightning import Callback, Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from rectools.models.nn.item_net import IdEmbeddingsItemNet
from rectools.models.nn.transformers.lightning import TransformerLightningModule
from rectools.models.nn.transformers.ligr import LiGRLayers

from benchmarks.peers.job import Job, Trained, finish
from benchmarks.peers.judging import judge, ndcg
from benchmarks.peers.material import IntArray, Material, pad_left
from benchmarks.peers.selection import Selection

LAYERS = {"ligr": LiGRLayers}


class RealPositions(TransformerLightningModule):  # type: ignore[misc]  # RecTools is not installed where this is checked
    """Full or sampled softmax over the positions that have a target, and over no other."""

    def training_step(self, batch: dict[str, torch.Tensor], batch_idx: int) -> torch.Tensor:
        """Mean cross-entropy over the real targets of a batch."""
        real = batch["y"] != 0
        table = self.torch_model.item_model.get_all_embeddings()
        states, wanted = self.torch_model.encode_sessions(batch, table)[real], batch["y"][real]
        if self.loss == "softmax":
            return torch.nn.functional.cross_entropy(states @ table.T, wanted)
        candidates = torch.cat([wanted[:, None], batch["negatives"][real]], dim=1)
        logits = (table[candidates] @ states[:, :, None]).squeeze(-1)
        return torch.nn.functional.cross_entropy(logits, torch.zeros_like(wanted))


class Watch(Callback):  # type: ignore[misc]  # Lightning is not typed where this is checked
    """Validates after each epoch with the model as it is, and stops the trainer when patience is exhausted."""

    def __init__(self, peer: "Peer", material: Material, selection: Selection[Any]) -> None:
        self.peer, self.material, self.selection = peer, material, selection
        self.started = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: Any) -> None:
        """Take the time."""
        self.started = perf_counter()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: Any) -> None:
        """Note the epoch."""
        seconds = perf_counter() - self.started
        answers = judge(self.peer.scores, self.material.validation)
        trainer.should_stop = self.selection.record(ndcg(answers.above, answers.equal), seconds, self.peer.weights)
        pl_module.train()


class Peer:
    """RecTools' model, in our rows of users and items."""

    def __init__(self, job: Job, material: Material, selection: Selection[Any]) -> None:
        given = dict(job.hyperparameters)
        if "transformer_layers" in given:
            given["transformer_layers_type"] = LAYERS[given.pop("transformer_layers")]
        module = RealPositions if given.pop("real_positions", False) else TransformerLightningModule
        self.items = material.items
        self.model = SASRecModel(
            **given,
            item_net_block_types=(IdEmbeddingsItemNet,),
            lightning_module_type=module,
            deterministic=True,
            get_trainer_func=lambda: _trainer(job.epochs),
        )
        self.watch = Watch(self, material, selection)

    def fit(self, material: Material) -> None:
        """Train until the watch says stop."""
        self.model._trainer.callbacks.append(self.watch)
        frame = {Columns.User: material.train_users, Columns.Item: material.train_items, Columns.Weight: 1.0}
        days = pd.Timestamp(2000, 1, 1) + pd.to_timedelta(material.train_positions, unit="D")
        self.model._build_model_from_dataset(Dataset.construct(pd.DataFrame(frame | {Columns.Datetime: days})))
        loader = self.model.data_preparator.get_dataloader_train()
        self.model._trainer.fit(self.model.lightning_model, loader)

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy."""
        return {name: value.detach().clone() for name, value in self.model.torch_model.state_dict().items()}

    @torch.no_grad()
    def scores(self, users: IntArray, contexts: Sequence[IntArray]) -> NDArray[np.float32]:
        """Scores of the whole catalog, -inf for what was never trained on."""
        preparator, network = self.model.data_preparator, self.model.torch_model
        network.eval()
        rows = np.array(preparator.get_known_item_ids(), dtype=np.int64)
        known = preparator.get_known_items_sorted_internal_ids()
        internal = np.zeros(self.items, dtype=np.int64)
        internal[rows] = known
        batch = pad_left([found[found > 0] for found in (internal[it] for it in contexts)], preparator.session_max_len)
        table = network.item_model.get_all_embeddings()
        states = network.encode_sessions({"x": torch.from_numpy(batch)}, table)[:, -1]
        scores = np.full((len(users), self.items), -np.inf, dtype=np.float32)
        scores[:, rows] = (states @ table.T)[:, known].numpy()
        return scores


def targets(material: Material, longest: int) -> int:
    """Positions that an epoch trains on: all but the first of each user's last `longest + 1` interactions."""
    return sum(max(0, min(len(history), longest + 1) - 1) for history in material.histories())


def main() -> None:
    """Train and judge."""
    job = Job.from_arguments()
    os.environ.setdefault("OMP_NUM_THREADS", str(job.threads))
    torch.set_num_threads(job.threads)
    seed_everything(job.seed)
    material, selection = Material.load(job.exchange), Selection[Any](job.patience)
    peer = Peer(job, material, selection)
    peer.fit(material)
    peer.model.torch_model.load_state_dict(selection.weights)
    parameters = sum(part.numel() for part in peer.model.torch_model.parameters())
    count = targets(material, job.hyperparameters["session_max_len"])
    packages = ("rectools", "torch", "pytorch-lightning", "numpy")
    finish(job, material, Trained(peer.scores, selection, count, parameters, packages))


def _trainer(epochs: int) -> Trainer:
    return Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        devices=1,
        deterministic=True,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


if __name__ == "__main__":
    main()
