import torch

from tastemaker.model.batch import HISTORY, PLACES, SLOT
from tastemaker.model.item_table import ItemTable, standardised

WARM = torch.tensor([[True, True, True, False]]).repeat(len(PLACES), 1)


def table(content_width: int = 3, *, ids: bool = True, id_dropout: float = 0.5) -> ItemTable:
    torch.manual_seed(0)
    return ItemTable(torch.randn(4, content_width), WARM, 8, ids=ids, id_dropout=id_dropout)


def test_a_cold_item_is_its_content_alone() -> None:
    items = table().eval()
    assert items.projection is not None
    assert torch.equal(items()[3], items.projection(items.content)[3])
    assert not torch.allclose(items()[0], items.projection(items.content)[0])


def test_id_dropout_zeroes_residuals_in_training_only() -> None:
    items = table(id_dropout=1.0)
    assert items.projection is not None
    assert torch.equal(items(), items.projection(items.content))
    assert not torch.equal(items.eval()(), items.projection(items.content))


def test_without_content_id_dropout_would_leave_nothing_so_it_is_off() -> None:
    assert bool((table(0, id_dropout=1.0)()[:3].abs().sum(1) > 0).all())


def test_a_bias_leaves_cold_items_out() -> None:
    items = table()
    logits = torch.randn(2, 8) @ items().T + items.warm_bias(SLOT)
    assert bool(torch.isinf(logits[:, 3]).all()) and bool(torch.isfinite(logits[:, :3]).all())


def test_in_use_cold_items_get_the_offset_or_rank_last_without_content() -> None:
    states = torch.randn(2, 8)
    items = table().eval()
    plain = states @ items().T
    items.cold_offset[HISTORY], items.cold_offset[SLOT] = -2.0, -3.0
    expected = plain + torch.tensor([[0.0, 0.0, 0.0, -2.0], [0.0, 0.0, 0.0, -3.0]])
    assert torch.allclose(items.scores(states, items(), torch.tensor(PLACES)), expected)
    items.tell_apart(torch.tensor([[[0.0] * 4], [[0.0, 0.0, 1.0, 0.5]]]))
    items.prior_weights[SLOT] = 4.0
    expected[SLOT, 3] += 2.0
    assert torch.allclose(items.scores(states, items(), torch.tensor(PLACES)), expected), (
        "of warm items nothing is said"
    )
    blind = table(0).eval()
    assert blind.scores(states, blind(), torch.tensor(PLACES)).argmin(1).tolist() == [3, 3]


def test_parts_start_with_the_norm_of_token_embeddings() -> None:
    torch.manual_seed(0)
    items = ItemTable(
        torch.randn(500, 64), torch.ones(len(PLACES), 500, dtype=torch.bool), 128, ids=True, id_dropout=0.0
    )
    assert abs(float(items().detach().std()) / 0.02 - 1) < 0.1


def test_content_is_centred_and_scaled() -> None:
    content = standardised(torch.tensor([[3.0, 0.0], [1.0, 0.0]]))
    assert content.tolist() == [[1.0, 0.0], [-1.0, 0.0]]
