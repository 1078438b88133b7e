"""Judging one ranker of the ranking benchmark."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ranking_judged import baseline, users_per_second, write
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
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


def test_users_per_second_is_positive(shop: Dataset) -> None:
    assert users_per_second(Popularity(shop.train_counts), shop) > 0


@pytest.mark.parametrize("name", ["bias_model", "popularty"])
def test_a_baseline_that_does_not_rank_is_refused(shop: Dataset, name: str) -> None:
    with pytest.raises(SystemExit, match=f"--baseline: expected a baseline that ranks items, found '{name}'"):
        baseline(name, shop)
