"""Judging one ranker of the ranking benchmark."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.peers.exchange import held_out
from benchmarks.peers.judging import judge
from benchmarks.ranking_judged import baseline, users_per_second, write, write_peer
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.evaluation.popularity import Popularity
from tastemaker.tasks.next_item import NextItem


def test_figures_and_units_agree(shop: Dataset, tmp_path: Path) -> None:
    write(Popularity(shop.train_counts), shop, tmp_path / "judged", 1.0)
    figures = json.loads((tmp_path / "judged" / "figures.json").read_text())
    with np.load(tmp_path / "judged" / "units.npz") as units:
        assert set(units.files) == {"ndcg@10", "hr@10", "ndcg@5", "hr@5", "mrr@10"}
        assert len(units["hr@10"]) == len(list(NextItem().examples(shop, Split.TEST)))
        assert units["hr@10"][:, 0].mean() == pytest.approx(figures["test"]["hr@10"])
    assert {"ndcg@10", "ndcg@10_unmasked", "ndcg@10_pessimistic"} <= set(figures["validation"])
    assert figures["test"]["ndcg@10_pessimistic"] <= figures["test"]["ndcg@10"]


def test_a_peer_is_judged_as_a_ranker_of_ours(shop: Dataset, tmp_path: Path) -> None:
    rows = [(f"u{user}", f"i{item}", item, "buy", *[None] * 3) for user in range(9) for item in range(user, 9)]
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    shop = Dataset.from_tables(shop.catalog, table, DataConfig(path="shop", test_items=1, validation_items=1))
    write(Popularity(shop.train_counts), shop, tmp_path / "ours", 1.0)
    parts = {split: held_out(shop, split) for split in (Split.VALIDATION, Split.TEST)}
    arrays = {}
    for split, held in parts.items():
        found = judge(lambda users, _: np.tile(shop.train_counts, (len(users), 1)), held)
        arrays |= {f"{split}/{name}": column for name, column in vars(found).items()} | {f"{split}/user": held.users}
    (tmp_path / "peer").mkdir()
    np.savez(tmp_path / "peer" / "answers.npz", **arrays)
    cost = {"users_ranked_per_second": 1234.56, "training_seconds": 7.0}
    (tmp_path / "peer" / "cost.json").write_text(json.dumps(cost))
    write_peer(tmp_path / "peer", tmp_path / "judged")
    ours, theirs = (json.loads((tmp_path / it / "figures.json").read_text()) for it in ("ours", "judged"))
    assert theirs["test"] == pytest.approx(ours["test"])
    assert theirs["validation"] == pytest.approx(ours["validation"])
    assert (theirs["users_per_second"], theirs["seconds_to_fit"]) == (1234.6, 7.0)
    with np.load(tmp_path / "ours" / "units.npz") as one, np.load(tmp_path / "judged" / "units.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


def test_users_per_second_is_positive(shop: Dataset) -> None:
    assert users_per_second(Popularity(shop.train_counts), shop) > 0


@pytest.mark.parametrize("name", ["bias_model", "popularty"])
def test_a_baseline_that_does_not_rank_is_refused(shop: Dataset, name: str) -> None:
    with pytest.raises(SystemExit, match=f"--baseline: expected a baseline that ranks items, found '{name}'"):
        baseline(name, shop)
