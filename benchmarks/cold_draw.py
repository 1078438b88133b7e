"""Holds items out of a data set: a seeded draw, and a folder to train on in which nobody ever met them.

Two disjoint draws among the items that anybody interacted with:

- test items: no interaction with them is left at all;
- calibration items: no interaction with them is left in training. Where one is a user's validation item it stays, so
  that training can find the one offset of cold items without ever seeing a test item.

The catalog stays whole: the items are there to be recommended, with their titles and texts. A user's last interactions
before the hole move up: what trains is always a part of what trained before.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig
from tastemaker.data.storage import DataSetInfo, read_info, read_table, write_dataset

TEST_SHARE: Final = 0.1
CALIBRATION_SHARE: Final = 0.05
VECTORS: Final = "item_vectors.safetensors"
"""Content vectors, which depend on the catalog alone."""

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Draw:
    """Rows of the held-out items in the catalog."""

    test: IntArray
    calibration: IntArray


def load(folder: Path) -> Dataset:
    """A data set, each user's last item for test and the one before for validation."""
    return Dataset.load(DataConfig(path=str(folder), test_items=1, validation_items=1))


def draw(dataset: Dataset, seed: int) -> Draw:
    """Draw test and calibration items among those with an interaction in any split."""
    known = np.unique(dataset.items)
    drawn = np.random.default_rng(seed).permutation(known)
    first, second = round(TEST_SHARE * len(known)), round(CALIBRATION_SHARE * len(known))
    return Draw(np.sort(drawn[:first]), np.sort(drawn[first : first + second]))


def kept(dataset: Dataset, drawn: Draw) -> NDArray[np.bool_]:
    """Which interactions `[interactions]` are left to train and to validate on.

    A user of whom too little is left to hold anything out would train whole, test item included, and goes.
    """
    is_calibration = np.isin(dataset.items, drawn.calibration)
    stays = ~(is_calibration | np.isin(dataset.items, drawn.test))
    is_split = dataset.cuts.validation < np.diff(dataset.offsets)
    last = dataset.offsets[1:][is_split] - 1
    stays[last - 1] |= is_calibration[last - 1] & stays[last]
    left = np.bincount(dataset.owners[stays], minlength=len(is_split))
    return stays & ~(is_split & (left <= 2))[dataset.owners]


def derive(folder: Path, seed: int, out: Path) -> Path:
    """Write the data set to train on to `out`; what is there and the same is kept.

    Raises:
        SystemExit: `out` holds a data set that was made otherwise.
    """
    info, source = read_info(folder), _source(folder, seed)
    if (out / "dataset.json").exists():
        there = read_info(out)
        if (there.source, there.source_checksums) != (source, info.checksums):
            raise SystemExit(
                f"{out}: expected {source}, found {there.source} or another state of it. "
                "Move it and the runs beside it away, or give another --runs."
            )
    else:
        _write(folder, seed, out, info)
    _keep_vectors(folder, out)
    return out


def _source(folder: Path, seed: int) -> str:
    shares = f"{TEST_SHARE:.0%} of the items for test and {CALIBRATION_SHARE:.0%} for calibration"
    return f"{read_info(folder).name} without {shares}, draw {seed}"


def _write(folder: Path, seed: int, out: Path, info: DataSetInfo) -> None:
    dataset = load(folder)
    table = read_table(folder, "interactions").filter(kept(dataset, draw(dataset, seed)))
    tables = {"items": read_table(folder, "items"), "interactions": table}
    counts = {name: len(rows) for name, rows in tables.items()} | {"users": table["user_id"].n_unique()}
    made = DataSetInfo(
        name=f"{info.name}-cold-{seed}",
        source=_source(folder, seed),
        licence=info.licence,
        counts=dict(sorted(counts.items())),
        source_checksums=info.checksums,
        seed=seed,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(out, tables, made, [])


def _keep_vectors(folder: Path, out: Path) -> None:
    """Take over the content vectors where they are made already; else training makes them."""
    if not (folder / VECTORS).exists() or (out / VECTORS).exists():
        return
    with tempfile.TemporaryDirectory(prefix=".vectors-", dir=out) as part:
        shutil.copyfile(folder / VECTORS, Path(part) / VECTORS)
        (Path(part) / VECTORS).replace(out / VECTORS)
