"""Autoencoders of Cornac: VAECF, that is Mult-VAE (Liang et al., 2018), and EASE (Steck, 2019).

`model` is `vaecf` or `ease`, `grid` lists values for arguments of its class; every combination is a trial, and
validation chooses trial and epoch. VAECF trains in Cornac's own loop; the range with which this loop counts its epochs
is replaced by one that validates after each. EASE is solved in one go, which counts as one epoch. At judgement both
read the whole context of a user, the validation item included.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import torch
from cornac.data import Dataset
from cornac.models import EASE, VAECF
from cornac.models.vaecf import vaecf
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchmarks.peers.job import Job, Trained, finish
from benchmarks.peers.judging import Scores, judge, ndcg
from benchmarks.peers.material import IntArray, Material
from benchmarks.peers.search import search
from benchmarks.peers.selection import Selection

PACKAGES: Final = ("cornac", "torch", "numpy", "scipy")

Given = Mapping[str, Any]
Answer = Callable[[csr_matrix], NDArray[Any]]
"""From the known items of each user, `[n, items]` of 0 and 1, to scores; both in Cornac's order of items."""


@dataclass(frozen=True)
class Fitted:
    """A trained model."""

    scores: Scores
    parameters: int


class Rows:
    """The training interactions as Cornac's data set, and our rows of items in its order."""

    def __init__(self, material: Material) -> None:
        pairs = zip(material.train_users.tolist(), material.train_items.tolist(), strict=True)
        self.data = Dataset.from_uir([(user, item, 1.0) for user, item in pairs])
        self.known = np.array(list(self.data.iid_map), dtype=np.int64)
        self.internal = np.full(material.items, -1, dtype=np.int64)
        self.internal[self.known] = list(self.data.iid_map.values())

    def scores(self, answer: Answer, users: IntArray, contexts: Sequence[IntArray]) -> NDArray[np.float32]:
        """Scores of the whole catalog, -inf for what was never trained on."""
        kept = [found[found >= 0] for found in (self.internal[context] for context in contexts)]
        offsets, entries = np.cumsum([0, *map(len, kept)]), np.concatenate(kept)
        ones, shape = np.ones(len(entries), dtype=np.float32), (len(kept), len(self.known))
        scores = np.full((len(users), len(self.internal)), -np.inf, dtype=np.float32)
        scores[:, self.known] = answer(csr_matrix((ones, entries, offsets), shape=shape))[:, self.internal[self.known]]
        return scores


class Epochs:
    """Stands for the range with which Cornac's loop counts its epochs: between two of them it validates."""

    def __init__(self, validate: Callable[[float], bool]) -> None:
        """Take what is told the seconds of each epoch, and returns whether to stop."""
        self.validate = validate

    def __call__(self, start: int, end: int, **shown: Any) -> "Epochs":
        """As a progress bar is made, from `start` to before `end`."""
        self.numbers = range(start, end)
        return self

    def __iter__(self) -> Iterator[int]:
        for number in self.numbers:
            started = perf_counter()
            yield number
            if self.validate(perf_counter() - started):
                return

    def set_postfix(self, **shown: Any) -> None:
        """Show nothing."""


def train_vaecf(job: Job, material: Material, rows: Rows, given: Given) -> tuple[Fitted, Selection[Any]]:
    """Train until validation stops getting better; the weights are those of the best epoch."""
    model, selection = VAECF(**given, n_epochs=job.epochs, seed=job.seed), Selection[Any](job.patience)
    scores = partial(rows.scores, lambda known: reconstruct(model.vae, known))

    def weights() -> dict[str, torch.Tensor]:
        return {name: value.detach().clone() for name, value in model.vae.state_dict().items()}

    def validate(seconds: float) -> bool:
        return selection.record(validation_ndcg(scores, material), seconds, weights)

    with patch.object(vaecf, "trange", Epochs(validate)):
        model.fit(rows.data)
    model.vae.load_state_dict(selection.weights)
    return Fitted(scores, sum(part.numel() for part in model.vae.parameters())), selection


def train_ease(job: Job, material: Material, rows: Rows, given: Given) -> tuple[Fitted, Selection[Any]]:
    """Solve it."""
    model, selection = EASE(**given, verbose=False, seed=job.seed), Selection[Any](job.patience)
    scores = partial(rows.scores, lambda known: known @ model.B)
    started = perf_counter()
    model.fit(rows.data)
    seconds = perf_counter() - started
    selection.record(validation_ndcg(scores, material), seconds, lambda: None)
    return Fitted(scores, model.B.size), selection


@torch.no_grad()
def reconstruct(network: Any, known: csr_matrix) -> NDArray[np.float32]:
    """What the network makes of known items, at the mean of the latent variable."""
    mean, _ = network.encode(torch.from_numpy(known.toarray()))
    scores: NDArray[np.float32] = network.decode(mean).numpy()
    return scores


def validation_ndcg(scores: Scores, material: Material) -> float:
    """NDCG@10, seen items left out."""
    answers = judge(scores, material.validation)
    return ndcg(answers.above, answers.equal)


MODELS: Final = {"vaecf": train_vaecf, "ease": train_ease}


def main() -> None:
    """Search, then judge the best trial."""
    job = Job.from_arguments()
    torch.set_num_threads(job.threads)
    material, kind = Material.load(job.exchange), job.hyperparameters["model"]
    train = partial(MODELS[kind], job, material, Rows(material))
    fitted, selection, details = search(job.hyperparameters["grid"], train)
    targets = len(material.train_items) if kind == "vaecf" else 0
    finish(job, material, Trained(fitted.scores, selection, targets, fitted.parameters, PACKAGES, details))


if __name__ == "__main__":
    main()
