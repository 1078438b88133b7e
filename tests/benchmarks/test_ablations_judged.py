"""Judging one run of the ablations: on validation, by user, as the ranking benchmark does."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.ablations_judged import judge, write
from benchmarks.ranking_judged import figures
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split, cut_histories
from tastemaker.evaluation.popularity import Popularity


@pytest.fixture
def last_out(shop: Dataset) -> Dataset:
    """The shop with one test and one validation item a user."""
    config = DataConfig(path="shop", test_items=1, validation_items=1)
    return replace(shop, config=config, cuts=cut_histories(shop.offsets, shop.timestamps, config))


def test_figures_are_those_of_the_ranking_benchmark_on_validation(last_out: Dataset, tmp_path: Path) -> None:
    ranker = Popularity(last_out.train_counts)
    found, wanted = judge(ranker, last_out), figures(ranker, last_out, Split.VALIDATION)
    assert {name: it.value for name, it in found.items()} == {
        name: pytest.approx(wanted[name].value) for name in ("ndcg@10", "hr@10")
    }
    assert 0 < found["hr@10"].value < 1
    write(found, tmp_path / "judged")
    told = json.loads((tmp_path / "judged" / "figures.json").read_text())
    with np.load(tmp_path / "judged" / "units.npz") as units:
        assert units["hr@10"][:, 0].mean() == pytest.approx(told["hr@10"])
        assert units["hr@10"][:, -1].tolist() == list(range(len(last_out.user_ids)))
