from dataclasses import replace

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import ACTIONS
from tastemaker.data.split import Split
from tastemaker.model.backbone import Places
from tastemaker.model.batch import HISTORY, SLOT, collate
from tastemaker.model.row import Row
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.next_item import NextItem


def dialogue_rows(model: TrainedModel, shop: Dataset) -> list[Row]:
    examples = list(Dialogue().examples(shop, Split.TRAIN))[:6]
    return [model.layout.row([example]) for example in examples]


def states(model: TrainedModel, rows: list[Row]) -> torch.Tensor:
    vectors = model.network.item_vectors()
    with torch.no_grad():
        return model.network(collate(rows), vectors).unflatten(0, (len(rows), -1))


def test_a_position_sees_only_what_stands_before_it(model: TrainedModel, shop: Dataset) -> None:
    row = max(dialogue_rows(model, shop), key=len)
    changed = row.inputs.copy()
    changed[-5:, 0] = 11
    before, after = states(model, [row])[0], states(model, [Row(changed, {})])[0]
    assert torch.allclose(before[:-5], after[:-5], atol=1e-6)
    assert not torch.allclose(before[-5:], after[-5:], atol=1e-4)


def test_a_neighbour_and_padding_change_nothing(model: TrainedModel, shop: Dataset) -> None:
    rows = dialogue_rows(model, shop)
    together = states(model, rows)
    for index, row in enumerate(rows):
        assert torch.allclose(together[index, : len(row)], states(model, [row])[0], atol=1e-5)


def test_reading_behind_a_cache_equals_reading_at_once(model: TrainedModel, shop: Dataset) -> None:
    network, vectors = model.network, model.network.item_vectors()
    row = max(dialogue_rows(model, shop), key=len)
    batch = collate([row])
    embeddings = network.embed(batch.tokens, batch.items, batch.actions, vectors)
    parts, cache = [], None
    with torch.no_grad():
        for part in embeddings.split([len(row) - 7, 6, 1], dim=1):
            places = Places(torch.ones(part.shape[:2], dtype=torch.bool), batch.places.reply_at)
            read, cache = network.backbone.read(part, places, cache)
            parts.append(read)
    assert torch.allclose(torch.cat(parts, 1), states(model, [row]), atol=1e-5)


def test_what_a_history_liked_is_the_best_action_that_training_knows(model: TrainedModel) -> None:
    assert ACTIONS[model.network.liked_action] == "rating_5"
    model.network.action_counts[ACTIONS.index("like")] = 3
    assert ACTIONS[model.network.liked_action] == "like"


def test_an_entry_is_its_item_plus_its_action(model: TrainedModel) -> None:
    network, vectors = model.network, model.network.item_vectors()
    zero = torch.zeros(1, 1, dtype=torch.long)
    embedded = network.embed(zero, zero + 4, zero + 2, vectors)[0, 0]
    assert torch.allclose(embedded, vectors[3] + network.action_embedding.weight[1])


@pytest.mark.parametrize("words_teach_ids", [True, False])
def test_words_may_leave_id_residuals_to_histories(model: TrainedModel, shop: Dataset, words_teach_ids: bool) -> None:
    network = model.network
    assert network.item_table.projection is not None and network.item_table.residual is not None
    network.config = replace(network.config, words_teach_ids=words_teach_ids)
    moved = []
    for task in (Explanation(), NextItem()):
        network.zero_grad(set_to_none=True)
        rows = [model.layout.row([example]) for example in list(task.examples(shop, Split.TRAIN))[:4]]
        network(collate(rows), network.item_table()).square().sum().backward()
        assert network.item_table.projection.weight.grad is not None
        grad = network.item_table.residual.weight.grad
        moved.append(grad is not None and bool(grad.any()))
    assert moved == [words_teach_ids, True]


def test_the_odds_of_cold_items_can_be_multiplied(model: TrainedModel) -> None:
    network, table = model.network, model.network.item_table
    table.is_warm[:, 3:] = False
    scores, places = torch.randn(2, len(table.content)), torch.tensor([HISTORY, SLOT])
    before = table.against_warm(scores, places).softmax(1)
    network.favour_cold_items(3.0)
    after = table.against_warm(scores, places).softmax(1)
    odds = (after[:, 3:].sum(1) / after[:, :3].sum(1)) / (before[:, 3:].sum(1) / before[:, :3].sum(1))
    torch.testing.assert_close(odds, torch.full((2,), 3.0), rtol=1e-3, atol=0)
