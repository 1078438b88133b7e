import torch

from tastemaker.model.batch import HISTORY, PLACES, SHORT, SLOT
from tastemaker.model.item_table import ItemTable, standardised

WARM = torch.tensor([[True, True, True, False]]).repeat(len(PLACES), 1)


def table(content_width: int = 3, *, ids: bool = True, id_dropout: float = 0.5) -> ItemTable:
    torch.manual_seed(0)
    return ItemTable(torch.randn(4, content_width), WARM.clone(), 8, ids=ids, id_dropout=id_dropout)


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


def taught(items: ItemTable, *, teaches_ids: bool) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    """The gradients of projection and residual after two items were read for a loss."""
    asked = torch.tensor([[0, 2]])
    read = items.read(asked, items(), teaches_ids=teaches_ids)
    assert torch.equal(read, items.eval()()[asked])
    read.square().sum().backward()
    return tuple(None if it is None else it.weight.grad for it in (items.projection, items.residual))


def test_what_is_read_may_teach_content_and_leave_residuals_alone() -> None:
    torch.manual_seed(0)
    both, content = (taught(table(id_dropout=0.0), teaches_ids=teaches) for teaches in (True, False))
    assert both[0] is not None and content[0] is not None and both[1] is not None
    torch.testing.assert_close(content[0], both[0])
    assert content[1] is None or not bool(content[1].any())
    assert both[1][[0, 2]].abs().sum() > 0


def test_without_content_residuals_learn_from_all_that_is_read() -> None:
    found = taught(table(0), teaches_ids=False)[1]
    assert found is not None and bool(found.any())


def test_a_bias_leaves_cold_items_out() -> None:
    items = table()
    logits = torch.randn(2, 8) @ items().T + items.warm_bias(SLOT)
    assert bool(torch.isinf(logits[:, 3]).all()) and bool(torch.isfinite(logits[:, :3]).all())


def test_priors_are_added_to_the_scores_of_cold_items() -> None:
    states = torch.randn(2, 8)
    items = table().eval()
    plain = states @ items().T
    assert torch.allclose(items.scores(states, items(), torch.tensor([HISTORY, SLOT])), plain)
    items.tell_apart(torch.tensor([[[0.0] * 4], [[0.0, 0.0, 0.0, 0.5]], [[0.0] * 4]]))
    items.prior_weights[SLOT] = 4.0
    plain[SLOT, 3] += 2.0
    assert torch.allclose(items.scores(states, items(), torch.tensor([HISTORY, SLOT])), plain)


def told_in_slots_alone(*, ids: bool = True, content_width: int = 3) -> ItemTable:
    """Item 3 is told in slots of replies, and by no history."""
    items = table(content_width, ids=ids).eval()
    items.is_warm[SLOT, 3] = True
    return items


def test_what_talk_taught_of_an_item_does_not_count_in_histories_that_never_told_it() -> None:
    items = told_in_slots_alone()
    assert items.projection is not None
    states, places = torch.randn(3, 8), torch.tensor([HISTORY, SLOT, SHORT])
    found, plain = items.compared(states, items(), places), states @ items().T
    by_content = states @ items.projection(items.content)[3]
    torch.testing.assert_close(found[:, :3], plain[:, :3])
    torch.testing.assert_close(found[:, 3], torch.stack([by_content[0], plain[1, 3], by_content[2]]))
    assert not torch.allclose(by_content, plain[:, 3])


def test_a_history_without_words_reads_such_an_item_as_it_compares_it() -> None:
    items, asked = told_in_slots_alone(), torch.tensor([[3, 0]])
    assert items.projection is not None
    by_content = items.projection(items.content)[3]
    found = items.read(asked, items(), has_words=False)
    torch.testing.assert_close(found[0, 0], by_content)
    torch.testing.assert_close(found[0, 1], items()[0])
    assert torch.equal(items.read(asked, items()), items()[asked])


def test_slots_and_a_model_without_histories_take_vectors_as_they_are() -> None:
    unspoken, talk = table().eval(), table().eval()
    unspoken.is_warm[SLOT] = False
    talk.is_warm.fill_(False)
    talk.is_warm[SLOT] = True
    states = torch.randn(2, 8)
    for items, place in ((unspoken, SLOT), (talk, HISTORY)):
        torch.testing.assert_close(items.compared(states, items(), torch.tensor([place] * 2)), states @ items().T)


def test_without_content_or_residuals_vectors_are_all_there_is() -> None:
    states, places = torch.randn(2, 8), torch.tensor([HISTORY, SLOT])
    for items in (told_in_slots_alone(ids=False), told_in_slots_alone(content_width=0)):
        torch.testing.assert_close(items.compared(states, items(), places), states @ items().T)


def test_cold_items_stand_beside_warm_ones_by_their_odds_however_high_these_score() -> None:
    items, places = table(), torch.tensor([HISTORY, HISTORY, SLOT])
    items.cold_odds[HISTORY], items.cold_odds[SLOT] = -1.0, -2.0
    scores = torch.tensor([[1.0, 2.0, 3.0, 0.7], [11.0, 12.0, 13.0, 0.7], [1.0, 2.0, 3.0, 0.7]])
    logits = items.against_warm(scores, places)
    odds = logits[:, 3] - logits[:, :3].logsumexp(1)
    torch.testing.assert_close(odds, torch.tensor([-1.0 + 0.7, -1.0 + 0.7, -2.0 + 0.7]))
    assert torch.equal(logits[:, :3], scores[:, :3])


def test_before_anything_is_known_a_cold_item_counts_as_much_as_a_warm_one() -> None:
    items, scores = table(), torch.zeros(1, 4)
    torch.testing.assert_close(items.against_warm(scores, torch.tensor([HISTORY])), scores)


def test_without_content_cold_items_rank_last_and_where_all_are_warm_or_cold_the_order_stays() -> None:
    scores, places = torch.tensor([[1.0, 2.0, 3.0, 9.0]]), torch.tensor([SLOT])
    assert table(0).against_warm(scores, places).argmin(1).tolist() == [3]
    items = table()
    items.is_warm.fill_(False)
    assert items.against_warm(scores, places).argsort(1).tolist() == [[0, 1, 2, 3]]
    items.is_warm.fill_(True)
    assert torch.equal(items.against_warm(scores, places), scores)


def test_parts_start_with_the_norm_of_token_embeddings() -> None:
    torch.manual_seed(0)
    items = ItemTable(
        torch.randn(500, 64), torch.ones(len(PLACES), 500, dtype=torch.bool), 128, ids=True, id_dropout=0.0
    )
    assert abs(float(items().detach().std()) / 0.02 - 1) < 0.1


def test_content_is_centred_and_scaled() -> None:
    content = standardised(torch.tensor([[3.0, 0.0], [1.0, 0.0]]))
    assert content.tolist() == [[1.0, 0.0], [-1.0, 0.0]]
