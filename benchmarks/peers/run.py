"""Trains one peer on one data set with one seed, unless that is done.

    python -m benchmarks.peers.run --data data/beauty --peer rectools_sasrec --out runs/peers/beauty/rectools_sasrec-0

`--set '{"dropout_rate": 0.6}'` changes hyperparameters. The log stands beside the folder, as `OUT.log`.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measured import last_command, run_measured
from benchmarks.peers.environment import ensure_environment
from benchmarks.peers.exchange import read_answers, write_exchange
from benchmarks.peers.job import Job
from benchmarks.peers.peers import Peer, find_peer
from tastemaker.data.split import Split
from tastemaker.metrics.ranking import hr_at_k, ndcg_at_k


def command(python: Path, peer: Peer, job: Job) -> list[str]:
    """What trains a peer."""
    return [str(python), "-W", "ignore", "-m", peer.script, *job.arguments()]


def check_finished(out: Path, job: Job) -> None:
    """A finished folder stays if it is of the same training; how many threads it took does not matter.

    Raises:
        SystemExit: it is of another.
    """
    words = last_command(out)
    before = Job.from_arguments(words[words.index("--exchange") :]) if words else job
    for name in ("exchange", "seed", "hyperparameters", "epochs", "patience"):
        found, wanted = getattr(before, name), getattr(job, name)
        if found != wanted:
            raise SystemExit(f"{out}: expected a training with {name} {wanted}, found {found}. Move that folder away.")


def line(name: str, out: Path) -> str:
    """The figures of a finished peer."""
    cost = json.loads((out / "cost.json").read_text(encoding="utf-8"))
    (validation, _), (test, _) = (read_answers(out / "answers.npz", split) for split in (Split.VALIDATION, Split.TEST))
    return (
        f"{name} seed {cost['seed']}: best epoch {cost['best_epoch']} of {cost['epochs']}, "
        f"validation NDCG@10 {ndcg_at_k(validation, 10).mean():.4f}, test HR@10 {hr_at_k(test, 10).mean():.4f}, "
        f"NDCG@10 {ndcg_at_k(test, 10).mean():.4f}, {cost['training_seconds']:.0f} s of training"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Exchange, environment, training, one line."""
    parser = argparse.ArgumentParser(description="Train and judge a recommender of another library.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--peer", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="at most; the peer's own number by default")
    parser.add_argument("--patience", type=int, help="epochs without a better validation; the peer's own by default")
    parser.add_argument("--set", type=json.loads, default={}, help="hyperparameters to change, as a JSON object")
    given = parser.parse_args(arguments)
    peer, out = find_peer(given.peer), given.out.resolve()
    epochs, patience = given.epochs or peer.epochs, given.patience or peer.patience
    hyperparameters = {**peer.hyperparameters, **given.set}
    job = Job(write_exchange(given.data), out, given.seed, hyperparameters, epochs, patience, given.threads)
    if (out / "cost.json").exists():
        check_finished(out, job)
    else:
        run_measured(given.peer, command(ensure_environment(peer.library), peer, job), out, given.threads)
    print(line(given.peer, out))


if __name__ == "__main__":
    main()
