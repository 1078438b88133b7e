"""Published data, prepared by one command each, has the counts that the table in the README beside it states."""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tastemaker.cli.main import app
from tastemaker.data.storage import read_info, read_table

OPINIONS = {"liked in dialogues": 13_404, "disliked in dialogues": 760, "unsaid in dialogues": 2341}
"""Of ReDial, which the table in the README does not count."""
TABLE = [
    ("movielens-100k", "movielens", {"users": 943, "items": 1682, "interactions": 100_000}),
    ("redial", "redial", {"dialogues": 1813 + 1342, "items": 6583 + 20, "turns": 38_130} | OPINIONS),
    ("opendialkg", "opendialkg", {"dialogues": 4681, "items": 3672, "turns": 18_091}),
    ("inspired", "inspired", {"dialogues": 99, "items": 242, "turns": 2053}),
    ("amazon-beauty", "s3rec", {"users": 22_363, "items": 12_101, "interactions": 198_502}),
    ("amazon-sports", "s3rec", {"users": 35_598, "items": 18_357, "interactions": 296_337}),
    ("amazon-toys", "s3rec", {"users": 19_412, "items": 11_924, "interactions": 167_597}),
    ("amazon-musical-instruments", "amazon", {"users": 1429, "items": 900, "interactions": 10_261}),
    ("amazon-industrial", "minionerec", {"users": 3285, "items": 3686, "interactions": 22_743}),
]
"""Folder, format, and counts."""
READ = {
    "movielens-100k": {"u.data": 100_000, "u.item": 1682, "u.user": 943},
    "redial": {"test.jsonl": 1342, "train_part1.jsonl": 901, "train_part2.jsonl": 1000, "movies.json": 6583},
    "opendialkg": {"train.jsonl": 5547, "valid.jsonl": 1188, "items.json": 3672},
    "inspired": {"dev.jsonl": 99},
    "amazon-beauty": {"sequential.txt": 22_363, "items.jsonl": 12_101},
    "amazon-sports": {"sequential.txt": 35_598, "items.jsonl": 18_357},
    "amazon-toys": {"sequential.txt": 19_412, "items.jsonl": 11_924},
    "amazon-musical-instruments": {"reviews.jsonl.gz": 10_261},
    "amazon-industrial": {"valid.csv": 4532, "test.csv": 4533, "items.json": 3686},
}
"""Rows of each file that is read."""
REJECTED = {"redial": 88}
"""Dialogues that stand in both parts of the training set; nothing else is rejected anywhere."""


@pytest.mark.data
@pytest.mark.parametrize(("folder", "form", "counts"), TABLE, ids=[folder for folder, _, _ in TABLE])
def test_one_command_prepares_it_whole(
    published: Callable[[str], Path], tmp_path: Path, folder: str, form: str, counts: Mapping[str, int]
) -> None:
    out = tmp_path / "out"
    arguments = ["prepare", "--format", form, str(published(folder)), "--out", str(out)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    info = read_info(out)
    assert info.counts == counts
    assert {name: account["read"] for name, account in info.cleaning.items()} == READ[folder]
    assert sum(account["rejected"] for account in info.cleaning.values()) == REJECTED.get(folder, 0)
    CHECKS.get(folder, lambda out: None)(out)


def _check_instruments(out: Path) -> None:
    """Seven reviews are empty, and the mean is 90 words."""
    reviews = read_table(out, "interactions")["review"]
    assert reviews.null_count() == 7
    assert round(reviews.str.split(" ").list.len().mean()) == 90


def _check_industrial(out: Path) -> None:
    """3,457 items have a description, of which three hold nothing but blanks."""
    assert (read_table(out, "items")["text"] != "").sum() == 3457 - 3


def _check_redial(out: Path) -> None:
    """6,451 films have a plot, and dialogues keep their published split."""
    assert (read_table(out, "items")["text"] != "").sum() == 6451
    dialogues = read_table(out, "dialogues").group_by("split").agg(pl.col("dialogue_id").n_unique())
    assert dict(dialogues.rows()) == {"train": 1813, "test": 1342}


CHECKS: Mapping[str, Callable[[Path], None]] = {
    "amazon-musical-instruments": _check_instruments,
    "amazon-industrial": _check_industrial,
    "redial": _check_redial,
}
