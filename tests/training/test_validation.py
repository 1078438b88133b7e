"""Validation needs something to validate on."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.evaluation.context import known_items
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import HISTORY, SHORT
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.next_item import NextItem
from tastemaker.training import validation
from tastemaker.training.mixture import group_tasks
from tastemaker.training.validation import Validation, mean_ndcg


def test_a_task_without_validation_examples_is_named():
    dataset = SimpleNamespace(config=SimpleNamespace(path="data/x"))
    tasks = (SimpleNamespace(name="next_item"), SimpleNamespace(name="rating"))
    group = SimpleNamespace(tasks=tasks, rows=lambda dataset, split, layout: [])
    with pytest.raises(DataError) as caught:
        Validation(dataset, [group], layout=None, most=5)
    assert str(caught.value) == (
        "data/x: expected validation examples of next_item, rating, found none. "
        "Hold out fewer items: lower data.test_items and data.validation_items."
    )


def test_more_histories_are_drawn_than_texts(model, shop):
    tasks = (NextItem(), Dialogue())
    groups = group_tasks(shop, tasks)
    asked = [len(group.rows(shop, Split.VALIDATION, model.layout)) for group in groups]
    batches = Validation(shop, groups, model.layout, 2).batches
    drawn = {task.name: sum(len(it.tokens) for it in batches if task.name in it.targets) for task in tasks}
    assert drawn == {"next_item": 8, "dialogue": 2}
    assert min(asked) > 8


def test_histories_and_nothing_else_are_cut_to_their_last_entries_too(model, shop):
    groups = group_tasks(shop, (NextItem(), Dialogue()))
    found = Validation(shop, groups, model.layout, 512)
    whole, short = (
        [(batch, batch.targets["next_item"]["items"]) for batch in batches if "next_item" in batch.targets]
        for batches in (found.batches, found.short)
    )
    assert len(short) == len(found.short) and len(whole) < len(found.batches)
    assert {len(batch.items[0]) for batch, _ in short} == {2}
    said = [
        sorted(
            (int(last), int(item))
            for batch, target in batches
            for last, item in zip(batch.histories(target.at).gather(1, _last(batch, target)), target.items, strict=True)
        )
        for batches in (whole, short)
    ]
    assert said[0] == said[1]
    assert {int(place) for batch, target in short for place in batch.before(target.at).places} == {SHORT}


def _last(batch, target):
    return (target.at % batch.items.shape[1]).unsqueeze(1)


@pytest.mark.parametrize("ranked", [1, 256])
def test_ndcg_is_that_of_each_target_by_itself(model, shop, monkeypatch, ranked):
    monkeypatch.setattr(validation, "RANKED", ranked)
    task = NextItem()
    examples = list(task.examples(shop, Split.VALIDATION))
    scores = Predictor(model).item_scores(examples)
    scores[:, ~model.network.item_table.is_warm[HISTORY].numpy()] = -np.inf
    gains, whole = [], []
    for row, example in zip(scores, examples, strict=True):
        row[list(known_items(example, shop, Split.VALIDATION))] = -np.inf
        above = (row > row[list(example.target.items)][:, None]).sum(1)
        gains += list(np.where(above < 10, 1 / np.log2(above + 2), 0.0))
        whole += list(1 / np.log2(above + 2))
    found = mean_ndcg(Validation(shop, group_tasks(shop, [task]), model.layout, 512).look(model.network))
    assert found["ndcg@10"] == {"next_item": pytest.approx(np.mean(gains), abs=1e-6)}
    assert found["ndcg"] == {"next_item": pytest.approx(np.mean(whole), abs=1e-6)}
    assert 0 < found["ndcg@10"]["next_item"] < found["ndcg"]["next_item"] < 1


def test_a_cold_target_gains_nothing(model, shop):
    task = NextItem()
    judged = Validation(shop, group_tasks(shop, [task]), model.layout, 512)
    for batch in judged.batches:
        batch.targets["next_item"]["items"].items.fill_(len(shop.catalog) - 1)
    assert mean_ndcg(judged.look(model.network)) == {"ndcg": {"next_item": 0.0}, "ndcg@10": {"next_item": 0.0}}


def test_a_task_that_also_writes_is_not_judged_by_its_ranking(model, shop):
    torch.manual_seed(0)
    look = Validation(shop, group_tasks(shop, [Dialogue()]), model.layout, 32).look(model.network)
    assert mean_ndcg(look) == {"ndcg": {}, "ndcg@10": {}}
