"""What the ablations change that no recipe can."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
import torch

from benchmarks import ablation_variants
from benchmarks.ablation_variants import UNIT_ITEMS, UnitItems, WholeHistories, admit
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model import network
from tastemaker.model.config import FROM_SCRATCH
from tastemaker.model.item_table import ItemTable
from tastemaker.model.network import BACKBONES
from tastemaker.tasks import TASKS
from tastemaker.tasks.next_item import NextItem


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What is made known stays in its test."""
    before = FROM_SCRATCH[:]
    with patch.dict(BACKBONES), patch.dict(TASKS):
        yield
    FROM_SCRATCH[:] = before


def test_whole_histories_have_each_target_once_and_are_never_cut_at_random(shop: Dataset) -> None:
    lengths = [len(shop.held_out(user, Split.TRAIN)) for user in range(len(shop.user_ids))]
    found = list(WholeHistories(max_history=4).examples(shop, Split.TRAIN))
    by_user = [[len(it.target.items) for it in found if it.user == user] for user in range(len(shop.user_ids))]  # type: ignore[union-attr]
    assert by_user == [[min(4, length - start) for start in range(0, length, 4)] for length in lengths]
    whole, cut = (len(list(task.examples(shop, Split.TRAIN))) for task in (WholeHistories(), NextItem()))
    assert whole == len(shop.user_ids) < cut, "some of the histories in two pieces"


def test_they_are_judged_as_the_recipes_task_is(shop: Dataset) -> None:
    ours, plain = (list(task.examples(shop, Split.VALIDATION)) for task in (WholeHistories(), NextItem()))
    assert [(it.context, it.target, it.user) for it in ours] == [(it.context, it.target, it.user) for it in plain]


def test_item_vectors_have_one_length_that_is_learned() -> None:
    torch.manual_seed(0)
    table = UnitItems(torch.randn(5, 3), torch.tensor([[True] * 4 + [False]] * 2), 8, ids=True, id_dropout=0.0)
    vectors = table()
    assert vectors.norm(dim=1).tolist() == pytest.approx([table.length.item()] * 5)
    vectors.sum().backward()
    assert table.length.grad is not None


def test_only_the_variant_that_is_asked_for_changes_item_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ablation_variants.network, "ItemTable", ItemTable)
    admit("default")
    assert network.ItemTable is ItemTable
    admit(UNIT_ITEMS)
    assert network.ItemTable is UnitItems
