"""Judging one ranker of the cold-item benchmark."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.cold_draw import Draw
from benchmarks.cold_items_judged import ask, calibrate, judge, write
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split, cut_histories
from tastemaker.evaluation.answers import Among
from tastemaker.evaluation.popularity import Popularity
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import HISTORY
from tastemaker.tasks.next_item import NextItem
from tests.conftest import new_model

NOBODY = np.array([], dtype=np.int64)


@pytest.fixture
def last_out(shop: Dataset) -> Dataset:
    """The shop with one test and one validation item a user."""
    config = DataConfig(path="shop", test_items=1, validation_items=1)
    return replace(shop, config=config, cuts=cut_histories(shop.offsets, shop.timestamps, config))


def test_figures_and_units_agree_and_leaving_items_out_helps_the_others(last_out: Dataset, tmp_path: Path) -> None:
    drawn = Draw(last_out.items[last_out.offsets[1:2] - 1], NOBODY)
    asked = ask(last_out, last_out, drawn, 0)
    is_known = np.arange(len(last_out.catalog)) % 3 > 0
    found = judge(Popularity(last_out.train_counts), asked, is_known)
    write(found, {"details": {}}, tmp_path / "judged")
    figures = json.loads((tmp_path / "judged" / "figures.json").read_text())
    with np.load(tmp_path / "judged" / "units.npz") as units:
        kinds = ("cold", "warm", "warm_matched", "warm_without_cold")
        assert set(units.files) == {
            f"{kind}/{name}" for kind in kinds for name in ("ndcg@10", "recall@10", "recall@50")
        }
        assert units["cold/recall@10"][:, 0].mean() == pytest.approx(figures["test"]["cold/recall@10"])
        assert units["warm/ndcg@10"][:, -1].tolist() == units["warm_without_cold/ndcg@10"][:, -1].tolist()


def test_items_left_out_are_not_recommended(last_out: Dataset) -> None:
    examples = list(NextItem().examples(last_out, Split.TEST))[:2]
    is_left = np.arange(len(last_out.catalog)) != 3
    scores = Among(Popularity(last_out.train_counts), is_left).item_scores(examples)
    assert np.isneginf(scores[:, 3]).all()
    assert np.isfinite(np.delete(scores, 3, axis=1)).all()


def test_the_odds_give_cold_items_their_share_as_if_hidden_ones_were_not_there(last_out: Dataset) -> None:
    """Of 12 validation targets those of one item are cold; beside it another cold item is hidden."""
    examples = list(NextItem().examples(last_out, Split.VALIDATION))
    targets = [last_out.held_out(user, Split.VALIDATION)[0].item for user in range(len(last_out.user_ids))]
    cold, hidden = targets[0], len(last_out.catalog) - 1
    model = new_model(last_out)
    table = model.network.item_table
    table.is_warm.fill_(True)
    table.is_warm[:, [cold, hidden]] = False
    table.cold_odds.fill_(-4.0)
    model.network.sureness.fill_(0.5)
    predictor = Predictor(model)
    told = calibrate(predictor, last_out, np.array([hidden]))
    scores = torch.from_numpy(predictor.item_scores(examples))
    chances = scores[:, np.arange(len(last_out.catalog)) != hidden].softmax(1)[:, cold]
    assert float(chances.sum()) == pytest.approx(targets.count(cold) + 0.5, abs=1e-3)
    assert told["cold_odds_as_trained"] == -4.0
    assert told["cold_validation"] == targets.count(cold)


def test_without_cold_items_the_odds_stay(last_out: Dataset) -> None:
    model = new_model(last_out)
    model.network.item_table.is_warm.fill_(True)
    model.network.item_table.cold_odds.fill_(2.0)
    assert calibrate(Predictor(model), last_out, NOBODY) == {}
    assert float(model.network.item_table.cold_odds[HISTORY]) == 2.0


def test_a_draw_that_nobody_asks_for_is_refused(last_out: Dataset) -> None:
    with pytest.raises(SystemExit) as caught:
        ask(last_out, last_out, Draw(NOBODY, NOBODY), 0)
    assert str(caught.value) == (
        "shop: expected a cold test item for some user, found none with 0 items held out. Take a larger data set."
    )
