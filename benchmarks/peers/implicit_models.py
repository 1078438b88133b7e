"""Matrix factorisation of the implicit library: ALS (Hu et al., 2008) and BPR (Rendle et al., 2009).

`model` is `als` or `bpr`, `grid` lists values for arguments of its class; every combination is a trial, and validation
chooses trial and epoch. At judgement ALS reads the whole context of a user, the validation item included, through the
library's own recalculation of a user; BPR has none, so its users stay as trained.
"""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from benchmarks.peers.job import Job, Trained, finish
from benchmarks.peers.judging import judge, ndcg
from benchmarks.peers.material import IntArray, Material
from benchmarks.peers.search import search
from benchmarks.peers.selection import Selection

MODELS = {"als": AlternatingLeastSquares, "bpr": BayesianPersonalizedRanking}

Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


class Factorisation:
    """A model of one trial; an epoch is one iteration of the library."""

    def __init__(self, kind: str, given: Mapping[str, Any], job: Job, material: Material) -> None:
        random = np.random.default_rng(job.seed)
        self.model = MODELS[kind](**given, iterations=1, num_threads=job.threads, random_state=random)
        self.folds_in = kind == "als"
        self.items = material.items
        known = np.ones(len(material.train_items), dtype=np.float32)
        shape = (material.users, material.items)
        self.matrix = csr_matrix((known, (material.train_users, material.train_items)), shape=shape)
        self.is_cold = np.bincount(material.train_items, minlength=material.items) == 0

    def train_epoch(self) -> None:
        """Go on from the factors as they are."""
        self.model.fit(self.matrix, show_progress=False)

    def weights(self) -> Factors:
        """A copy."""
        return self.model.user_factors.copy(), self.model.item_factors.copy()

    def restore(self, weights: Factors) -> None:
        """Take other factors, and drop what was computed from the old ones."""
        self.model.user_factors, self.model.item_factors = weights
        self.model._YtY = self.model._XtX = None

    def scores(self, users: IntArray, contexts: Sequence[IntArray]) -> NDArray[np.float32]:
        """Scores of the whole catalog, -inf for what was never trained on."""
        factors = self.model.user_factors[users]
        if self.folds_in:
            offsets = np.cumsum([0, *map(len, contexts)])
            known = np.ones(offsets[-1], dtype=np.float32)
            rows = csr_matrix((known, np.concatenate(contexts), offsets), shape=(len(users), self.items))
            factors = self.model.recalculate_user(np.arange(len(users)), rows)
        scores = np.asarray(factors @ self.model.item_factors.T, dtype=np.float32)
        scores[:, self.is_cold] = -np.inf
        return scores


def train(model: Factorisation, job: Job, material: Material) -> Selection[Factors]:
    """Train until validation stops getting better."""
    selection = Selection[Factors](job.patience)
    for _ in range(job.epochs):
        started = perf_counter()
        model.train_epoch()
        seconds = perf_counter() - started
        answers = judge(model.scores, material.validation)
        if selection.record(ndcg(answers.above, answers.equal), seconds, model.weights):
            break
    return selection


def main() -> None:
    """Search, then judge the best trial."""
    job = Job.from_arguments()
    threadpool_limits(job.threads, "blas")
    material = Material.load(job.exchange)

    def trial(given: Mapping[str, Any]) -> tuple[Factorisation, Selection[Factors]]:
        model = Factorisation(job.hyperparameters["model"], given, job, material)
        return model, train(model, job, material)

    model, selection, details = search(job.hyperparameters["grid"], trial)
    user_factors, item_factors = selection.weights or model.weights()
    model.restore((user_factors, item_factors))
    parameters, packages = user_factors.size + item_factors.size, ("implicit", "numpy", "scipy")
    finish(job, material, Trained(model.scores, selection, len(material.train_items), parameters, packages, details))


if __name__ == "__main__":
    main()
