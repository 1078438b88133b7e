"""The peers by name: whose library, which script, and with what hyperparameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Peer:
    """One recommender of another library."""

    library: str
    """Name of its file in `requirements`."""
    script: str
    """Module that trains it."""
    hyperparameters: Mapping[str, Any]
    epochs: int = 100
    """At most."""
    patience: int = 8


SASREC: Final = {
    "n_blocks": 2,
    "n_heads": 2,
    "n_factors": 64,
    "dropout_rate": 0.5,
    "session_max_len": 50,
    "batch_size": 256,
    "lr": 0.001,
    "loss": "softmax",
    "real_positions": True,
}
"""The size of our own plain SASRec, with full cross-entropy."""

ESASREC: Final = SASREC | {
    "n_blocks": 1,
    "n_heads": 1,
    "dropout_rate": 0.2,
    "batch_size": 128,
    "loss": "sampled_softmax",
    "n_negatives": 256,
    "use_key_padding_mask": True,
    "transformer_layers": "ligr",
    "transformer_layers_kwargs": {"ff_factors_multiplier": 4},
}
"""As published for Beauty; its table says width 64, its configuration files say 256. The multiplier is 2 for Sports
and 1 for Toys."""

RECBOLE_SASREC: Final = {
    "n_layers": 2,
    "n_heads": 2,
    "hidden_size": 64,
    "inner_size": 256,
    "hidden_dropout_prob": 0.5,
    "attn_dropout_prob": 0.5,
    "MAX_ITEM_LIST_LENGTH": 50,
    "train_batch_size": 2048,
    "learning_rate": 0.001,
    "loss_type": "CE",
}
"""The same size in RecBole's words. Its rows are single targets; 256 users have about 1,500 of them."""

ALS_GRID: Final = {"factors": [64, 128, 256], "regularization": [0.01, 1.0], "alpha": [1.0, 10.0]}
"""Twelve trials, chosen on validation."""
BPR_GRID: Final = {"factors": [128], "regularization": [0.01], "learning_rate": [0.05]}
"""One trial: an epoch takes far less time than the validation after it, which chooses among up to sixty."""

VAECF_GRID: Final = {
    "k": [64],
    "autoencoder_structure": [[200], [600]],
    "likelihood": ["mult"],
    "beta": [0.01, 0.1, 1.0],
}
EASE_GRID: Final = {"lamb": [50, 200, 500, 1000], "posB": [False]}
"""EASE inverts a matrix of items x items: minutes and gigabytes a trial on 12,000 items, so its grid is short."""

PEERS: Final[Mapping[str, Peer]] = {
    "rectools_sasrec": Peer("rectools", "benchmarks.peers.rectools_sasrec", SASREC),
    "rectools_esasrec": Peer("rectools", "benchmarks.peers.rectools_sasrec", ESASREC),
    "implicit_als": Peer("implicit", "benchmarks.peers.implicit_models", {"model": "als", "grid": ALS_GRID}, 30, 3),
    "implicit_bpr": Peer("implicit", "benchmarks.peers.implicit_models", {"model": "bpr", "grid": BPR_GRID}, 60, 8),
    "recbole_sasrec": Peer("recbole", "benchmarks.peers.recbole_sasrec", RECBOLE_SASREC),
    "cornac_vaecf": Peer("cornac", "benchmarks.peers.cornac_models", {"model": "vaecf", "grid": VAECF_GRID}, 100, 5),
    "cornac_ease": Peer("cornac", "benchmarks.peers.cornac_models", {"model": "ease", "grid": EASE_GRID}, 1, 1),
}


def find_peer(name: str) -> Peer:
    """The peer called `name`.

    Raises:
        SystemExit: no such peer.
    """
    if name not in PEERS:
        raise SystemExit(f"--peer: expected one of {', '.join(PEERS)}, found {name!r}.")
    return PEERS[name]
