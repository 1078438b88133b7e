"""Judging one ranker of the ranking benchmark."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from benchmarks.peers.exchange import held_out
from benchmarks.peers.judging import judge
from benchmarks.ranking_judged import TERMS, baseline, network_alone, users_per_second, without, write, write_peer
from tastemaker.checkpoint.store import Checkpoint, save_checkpoint
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.evaluation.popularity import Popularity
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_likeness import ItemLikeness, likeness_edges
from tastemaker.model.item_trend import ItemTrend, trends
from tastemaker.tasks.next_item import NextItem
from tests.conftest import new_model


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


def test_terms_are_left_out_and_the_others_weighed_anew(shop: Dataset, tmp_path: Path) -> None:
    model = new_model(shop)
    known, network = shop.is_training, model.network
    log = (shop.items[known], shop.owners[known], len(shop.catalog))
    network.item_graph, network.item_trend = ItemGraph(graph_edges(*log)), ItemTrend(trends(*log))
    network.item_likeness = ItemLikeness(
        likeness_edges(network.item_table.content, torch.from_numpy(shop.train_counts))
    )
    model = replace(model, recipe={**model.recipe, "tasks": {"next_item": {}}})
    save_checkpoint(
        tmp_path, Checkpoint(1, {"weights": model.weights()}, model.documents() | {"training": {}}), ("best",)
    )
    kept = {name: [type(term) for term in without((name,), tmp_path, shop).model.network.terms] for name in TERMS}
    assert kept == {
        "graph": [ItemTrend, ItemLikeness],
        "trend": [ItemGraph, ItemLikeness],
        "likeness": [ItemGraph, ItemTrend],
    }
    assert network_alone(tmp_path, shop).model.network.terms == []
    weighed = [float(term.weight.abs().sum()) for term in without(("graph",), tmp_path, shop).model.network.terms]
    assert any(weighed) and not any(float(term.weight.abs().sum()) for term in network.terms)
