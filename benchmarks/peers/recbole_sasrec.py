"""RecBole's SASRec with full cross-entropy: its own augmentation, model, loss and training loop.

RecBole reads the training interactions alone, so it has nothing to split. It makes one row of every target and its
prefix, padded to `MAX_ITEM_LIST_LENGTH`; an epoch's targets are these rows, and `train_batch_size` counts them.
Hyperparameters are RecBole's configuration keys. Its trainer asks us for the validation score of each epoch and stops
by its own rule.

Source: Zhao et al., "RecBole 2.0: Towards a More Up-to-Date Recommendation Library", CIKM 2022.
"""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

for _alias, _type in {"float_": np.float64, "complex_": np.complex128, "unicode_": np.str_}.items():
    setattr(np, _alias, _type)  # RecBole asks NumPy 2 for names that only NumPy 1 has

from recbole.config import Config  # noqa: E402
from recbole.data.dataloader import TrainDataLoader  # noqa: E402
from recbole.data.dataset import SequentialDataset  # noqa: E402
from recbole.model.sequential_recommender.sasrec import SASRec  # noqa: E402
from recbole.trainer import Trainer  # noqa: E402
from recbole.utils import init_seed  # noqa: E402

from benchmarks.peers.job import Job, Trained, finish  # noqa: E402
from benchmarks.peers.judging import judge, ndcg  # noqa: E402
from benchmarks.peers.material import IntArray, Material  # noqa: E402
from benchmarks.peers.selection import Selection  # noqa: E402

NAME: Final = "peer"
FIELDS: Final = ("user_id", "item_id", "timestamp")
PACKAGES: Final = ("recbole", "torch", "numpy", "pandas")


class Watched(Trainer):  # type: ignore[misc]  # RecBole is not installed where this is checked
    """RecBole's trainer, each epoch timed and validated by us."""

    def __init__(self, peer: "Peer", material: Material, selection: Selection[Any]) -> None:
        super().__init__(peer.config, peer.model)
        self.peer, self.material, self.selection, self.took = peer, material, selection, 0.0

    def _train_epoch(self, train_data: Any, epoch_idx: int, loss_func: Any = None, show_progress: bool = False) -> Any:
        started = perf_counter()
        loss = super()._train_epoch(train_data, epoch_idx, loss_func, show_progress)
        self.took = perf_counter() - started
        return loss

    def _valid_epoch(self, valid_data: Any, show_progress: bool = False) -> tuple[float, dict[str, float]]:
        answers = judge(self.peer.scores, self.material.validation)
        reached = ndcg(answers.above, answers.equal)
        self.selection.record(reached, self.took, self.peer.weights)
        return reached, {"ndcg@10": reached}


class Peer:
    """RecBole's data set and model, in our rows of users and items."""

    def __init__(self, job: Job, material: Material, place: Path) -> None:
        write_interactions(material, place / NAME / f"{NAME}.inter")
        self.config = Config(model="SASRec", dataset=NAME, config_dict=settings(job, place))
        init_seed(job.seed, self.config["reproducibility"])
        self.data, *_ = SequentialDataset(self.config).build()
        self.model = SASRec(self.config, self.data)
        self.longest = self.config["MAX_ITEM_LIST_LENGTH"]
        self.rows = np.unique(material.train_items)
        self.internal = np.zeros(material.items, dtype=np.int64)
        self.internal[self.rows] = self.data.token2id("item_id", self.rows.astype(str))

    def train(self, material: Material, selection: Selection[Any]) -> None:
        """Let RecBole's loop run to its end."""
        batches = TrainDataLoader(self.config, self.data, None, shuffle=True)
        trainer = Watched(self, material, selection)
        trainer.fit(batches, valid_data=material.validation, verbose=False, saved=False)
        self.model.load_state_dict(selection.weights)

    def weights(self) -> dict[str, torch.Tensor]:
        """A copy."""
        return {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    @torch.no_grad()
    def scores(self, users: IntArray, contexts: Sequence[IntArray]) -> NDArray[np.float32]:
        """Scores of the whole catalog, -inf for what was never trained on."""
        self.model.eval()
        batch, lengths = pad_right([self.internal[it] for it in contexts], self.longest)
        known = {"item_id_list": torch.from_numpy(batch), "item_length": torch.from_numpy(lengths)}
        scores = np.full((len(users), len(self.internal)), -np.inf, dtype=np.float32)
        scores[:, self.rows] = self.model.full_sort_predict(known)[:, self.internal[self.rows]].numpy()
        return scores


def settings(job: Job, place: Path) -> dict[str, Any]:
    """RecBole's configuration: the hyperparameters, everything in training, on the processor."""
    return {
        **job.hyperparameters,
        "seed": job.seed,
        "epochs": job.epochs,
        "stopping_step": job.patience - 1,  # RecBole stops once more epochs than this are worse than the best
        "train_neg_sample_args": None,
        "eval_args": {"split": {"RS": [1, 0, 0]}, "order": "TO", "group_by": None, "mode": "full"},
        "load_col": {"inter": list(FIELDS)},
        "data_path": str(place),
        "checkpoint_dir": str(place),
        "use_gpu": False,
        "show_progress": False,
    }


def write_interactions(material: Material, path: Path) -> None:
    """Write the training interactions in RecBole's format, a user's position as the time."""
    path.parent.mkdir(parents=True)
    columns = zip(material.train_users, material.train_items, material.train_positions, strict=True)
    lines = [f"{user}\t{item}\t{position}" for user, item, position in columns]
    path.write_text("\n".join(["user_id:token\titem_id:token\ttimestamp:float", *lines, ""]), encoding="utf-8")


def pad_right(contexts: Sequence[IntArray], length: int) -> tuple[IntArray, IntArray]:
    """The last `length` known entries of each context, `[n, length]`, with 0 after them, and how many, at least 1."""
    padded = np.zeros((len(contexts), length), dtype=np.int64)
    kept = [context[context > 0][-length:] for context in contexts]
    for row, entries in enumerate(kept):
        padded[row, : len(entries)] = entries
    return padded, np.array([max(1, len(entries)) for entries in kept], dtype=np.int64)


def main() -> None:
    """Train and judge; what RecBole writes on its way goes to a folder that does not stay."""
    job = Job.from_arguments()
    sys.argv[1:] = []  # RecBole would read them too
    torch.set_num_threads(job.threads)
    material, selection = Material.load(job.exchange), Selection[Any](job.patience)
    with TemporaryDirectory() as place, contextlib.chdir(place):
        peer = Peer(job, material, Path(place))
        peer.train(material, selection)
    parameters = sum(part.numel() for part in peer.model.parameters())
    finish(job, material, Trained(peer.scores, selection, len(peer.data), parameters, PACKAGES))


if __name__ == "__main__":
    main()
