"""A data set written for peers, and a peer's answers read back as places that our metrics judge."""

import shutil
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.peers.material import PARTS, Held, IntArray, sha256
from benchmarks.result import ROOT, data_name, data_sha256, write_json
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split
from tastemaker.metrics.places import Places

PEERS: Final = ROOT / "runs" / "peers"
"""Environments, exchange folders and logs; git-ignored."""


def write_exchange(data: Path, exchanges: Path = PEERS / "exchange") -> Path:
    """Write a data set, leave-last-out with one validation and one test item a user; kept if it is there already.

    Args:
        data: folder that `tastemaker prepare` wrote.
        exchanges: where the exchange folders of all data sets stand.

    Returns:
        The exchange folder; its name carries the checksum of the data set.

    Raises:
        DataError: the data set lacks a table or a column.
    """
    checksum = data_sha256(data)
    folder = exchanges / f"{data_name(data)}-{checksum[:12]}"
    if not (folder / "exchange.json").exists():
        dataset = Dataset.load(DataConfig(path=str(data), test_items=1, validation_items=1))
        write_folder(dataset, folder, data_name(data), checksum)
    return folder


def held_out(dataset: Dataset, split: Split) -> Held:
    """Target and context of every user who has one in `split`."""
    users = [user for user in range(len(dataset.user_ids)) if dataset.held_out(user, split)]
    targets = [dataset.held_out(user, split)[0].item for user in users]
    contexts = [[entry.item for entry in dataset.known_before(user, split)] for user in users]
    offsets = np.cumsum([0, *map(len, contexts)], dtype=np.int64)
    return Held(_ints(users), _ints(targets), offsets, _ints([item for context in contexts for item in context]))


def read_answers(path: Path, split: Split = Split.TEST, masked: bool = True) -> tuple[Places, IntArray]:
    """Where a peer placed the targets, and whose they are.

    Args:
        path: `answers.npz` of a peer.
        split: validation or test.
        masked: whether seen items are left out of the ranking.

    Returns:
        Places of one target a user, and the users, `[U]`.
    """
    ending = "" if masked else "_unmasked"
    with np.load(path) as answers:
        users = answers[f"{split}/user"]
        above, equal = (answers[f"{split}/{name}{ending}"] for name in ("above", "equal"))
    ones = np.ones(len(users), dtype=np.int64)
    return Places(np.arange(len(users)), above, equal, ones, ones), users


def write_folder(dataset: Dataset, folder: Path, name: str, checksum: str) -> None:
    """Write beside, then rename: three array files and what they are of."""
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    lengths = np.diff(dataset.offsets)
    users, positions = np.repeat(np.arange(len(lengths)), lengths), np.arange(len(dataset.items))
    positions = positions - np.repeat(dataset.offsets[:-1], lengths)
    kept = dataset.is_training
    np.savez_compressed(beside / "train.npz", user=users[kept], item=dataset.items[kept], position=positions[kept])
    for split in (Split.VALIDATION, Split.TEST):
        held = held_out(dataset, split)
        columns = {"user": held.users, "target": held.targets, "offsets": held.offsets, "context": held.context}
        np.savez_compressed(beside / f"{split}.npz", **columns)  # type: ignore[arg-type]  # as in benchmarks.judged
    told = {"name": name, "users": len(lengths), "items": len(dataset.catalog), "data_sha256": checksum}
    write_json(beside / "exchange.json", told | {"sha256": {part: sha256(beside / f"{part}.npz") for part in PARTS}})
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


def _ints(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)
