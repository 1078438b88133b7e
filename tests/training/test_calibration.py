import math

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import HISTORY, SHORT, SLOT, Batch, Before, ItemTargets, collate
from tastemaker.model.item_graph import ItemGraph, graph_edges
from tastemaker.model.item_trend import ItemTrend
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.next_item import NextItem
from tastemaker.training import calibration
from tastemaker.training.calibration import WEIGHT_BOUND, Scored, calibrate, likeliest, prior_weights, solve
from tastemaker.training.look import Look

ALL = torch.ones(3, dtype=torch.bool)


def test_the_odds_give_cold_items_their_share_of_the_targets() -> None:
    # 4 targets, 1.5 of them cold (one and the half that is added), all sums equal to -1: σ(c - 1) = 0.375
    assert solve(torch.full((4,), -1.0), 1) == pytest.approx(1.0 + math.log(0.375 / 0.625), abs=1e-4)


def test_no_cold_target_pushes_cold_items_down_and_many_lift_them() -> None:
    sums = torch.randn(100)
    assert solve(sums, 0) < solve(sums, 5) < 0 < solve(sums, 80)
    assert solve(sums + 300.0, 5) == pytest.approx(solve(sums, 5) - 300.0, abs=1e-3), "however large they are"


def test_the_odds_are_measured_on_the_network(model: TrainedModel, shop: Dataset) -> None:
    rows = [model.layout.row([example]) for example in NextItem().examples(shop, Split.VALIDATION)]
    batch, table = collate(rows), model.network.item_table
    targets = batch.targets["next_item"]["items"]
    assert isinstance(targets, ItemTargets)
    calibrate(Look.at(model.network, [batch]))
    few = table.cold_odds.clone()
    targets.items.fill_(23)
    calibrate(Look.at(model.network, [batch]))
    assert bool((table.cold_odds > few + 1).all())
    scores = model.network.item_scores(*asked(model, batch))
    share = scores.softmax(1)[:, ~table.is_warm[HISTORY]].sum(1)
    torch.testing.assert_close(share.mean() * len(share), torch.tensor(len(share) - 0.5), atol=1e-2, rtol=0)
    table.is_warm.fill_(True)
    calibrate(Look.at(model.network, [batch]))
    assert not table.cold_odds.any()


def asked(model: TrainedModel, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, Before]:
    """The states that are to tell the next items, the item vectors, and what stands before."""
    (targets,) = batch.targets["next_item"].values()
    vectors = model.network.item_vectors()
    with torch.no_grad():
        return model.network.eval()(batch, vectors)[targets.at], vectors, batch.before(targets.at)


def test_histories_and_slots_are_weighed_by_themselves(model: TrainedModel, shop: Dataset) -> None:
    """The trend points at an item that follows every history and that no reply names."""
    told = 22
    model.network.item_trend = ItemTrend(torch.eye(len(shop.catalog))[told])
    batches = []
    for name, examples in (
        ("next_item", NextItem().examples(shop, Split.VALIDATION)),
        ("dialogue", Dialogue().examples(shop, Split.VALIDATION)),
    ):
        batches.append(collate([model.layout.row([example]) for example in examples]))
        targets = batches[-1].targets[name]["items"]
        assert isinstance(targets, ItemTargets)
        targets.items.fill_(told if name == "next_item" else 0)
    calibrate(Look.at(model.network, batches))
    weight, sureness = model.network.item_trend.weight, model.network.sureness
    assert weight[HISTORY] > 1 and weight[SLOT] == 0
    assert sureness[HISTORY] != sureness[SLOT]
    calibrate(Look.at(model.network, batches[:1]))
    assert weight[HISTORY] == weight[SLOT] > 1


def test_a_single_entry_says_how_much_it_says(model: TrainedModel, shop: Dataset) -> None:
    """The trend points at what comes behind a single entry, and says nothing of what comes behind many."""
    examples = list(NextItem().examples(shop, Split.VALIDATION))
    rows = [model.layout.row([example]) for example in examples]
    batch, short = collate(rows), collate([row.latest() for row in rows])
    for part, told in ((batch, 1), (short, 0)):
        targets = part.targets["next_item"]["items"]
        assert isinstance(targets, ItemTargets)
        targets.items.fill_(told)
    model.network.item_trend = ItemTrend(torch.eye(len(shop.catalog))[0])
    model.network.item_table.is_warm[:, :2] = True
    calibrate(Look.at(model.network, [batch]), Look.at(model.network, [short]))
    weight = model.network.item_trend.weight
    assert weight[SHORT] > 1 and weight[HISTORY] == 0
    calibrate(Look.at(model.network, [batch]))
    assert weight[SHORT] == weight[HISTORY] == 0


def test_chances_in_use_are_no_surer_than_validation_bears_out(model: TrainedModel, shop: Dataset) -> None:
    """However large the scores are, and with no term beside them that could be weighed."""
    rows = [model.layout.row([example]) for example in NextItem().examples(shop, Split.VALIDATION)]
    batch = collate(rows)
    model.network.item_table.is_warm.fill_(True)
    target = batch.targets["next_item"]["items"]
    assert isinstance(target, ItemTargets)
    with torch.no_grad():
        for weight in model.network.item_table.parameters():
            weight.mul_(20.0)
    calibrate(Look.at(model.network, [batch]))
    scores = model.network.item_scores(*asked(model, batch))
    assert torch.nn.functional.cross_entropy(scores, target.items) < math.log(scores.shape[1]) + 0.1


def scored(graph: list[list[float]], items: list[int]) -> Scored:
    return Scored(torch.zeros(len(items), len(graph[0])), (torch.tensor(graph),), torch.tensor(items))


def test_the_weight_is_the_most_likely_one() -> None:
    # three targets of four stand where the graph points, so p = e^w / (e^w + 2) = 3/4 at w = ln 6
    found = scored([[1.0, 0.0, 0.0]] * 4, [0, 0, 0, 1])
    assert likeliest(found, ALL)[1] == (pytest.approx(math.log(6), abs=0.05),), "four targets feel the prior"


def test_a_few_targets_that_a_term_foresees_make_it_no_certainty() -> None:
    found = scored([[1.0, 0.0, 0.0]] * 4, [0, 0, 0, 0])
    (weight,) = likeliest(found, ALL)[1]
    assert 3 < weight < 8


def test_the_prior_weighs_what_is_likeliest_among_cold_items_at_cold_targets() -> None:
    """Of 400 cold targets 300 are the one item of three of which the prior speaks: w is near ln 6, as above."""
    is_warm = torch.tensor([True, False, False, False])
    priors = torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, -1.0, 1.0, 0.0]])
    items = torch.tensor([1] * 300 + [2] * 50 + [3] * 50 + [0] * 1000)
    scores = torch.zeros(len(items), 4)
    (weight,) = prior_weights(scores, priors[:1], items, is_warm).tolist()
    assert weight == pytest.approx(math.log(6), abs=0.05)
    assert 0 < float(prior_weights(scores[:1], priors[:1], items[:1], is_warm)) < 0.6, "one target is little evidence"
    assert prior_weights(scores, -priors[:1], items, is_warm).tolist() == [0.0]
    assert prior_weights(scores[400:], priors, items[400:], is_warm).tolist() == [0.0, 0.0]
    one, other = prior_weights(scores, priors, items, is_warm).tolist()
    assert one == pytest.approx(math.log(6), abs=0.2)
    assert other == 0.0, "it says nothing beyond the first"


def test_the_order_of_an_overconfident_network_counts_and_not_its_sureness() -> None:
    random = torch.Generator().manual_seed(0)
    scores, graph = torch.randn(2, 4000, 6, generator=random)
    trend = torch.linspace(-1.0, 1.0, 6).unsqueeze(0)
    items = (0.5 * (scores + 2.0 * graph + 3.0 * trend)).softmax(1).multinomial(1, generator=random).squeeze(1)
    for sureness in (1.0, 7.0):
        found = Scored(sureness * scores, (graph, trend), items)
        tau, (weight, other) = likeliest(found, torch.ones(6, dtype=torch.bool))
        assert tau * sureness == pytest.approx(0.5, rel=0.1)
        assert weight / sureness == pytest.approx(2.0, rel=0.1)
        assert other / sureness == pytest.approx(3.0, rel=0.1)


def test_a_graph_that_points_elsewhere_weighs_nothing_and_one_that_is_always_right_is_bounded() -> None:
    assert likeliest(scored([[1.0, 0.0, 0.0]] * 4, [1, 1, 2, 2]), ALL)[1] == (0.0,)
    assert 5.0 < likeliest(scored([[1.0, 0.0, 0.0]] * 4, [0] * 4), ALL)[1][0] <= WEIGHT_BOUND


def test_cold_targets_do_not_weigh_the_graph() -> None:
    graph, is_warm = [[1.0, 0.0, 0.0, 0.0]] * 5, torch.tensor([True, True, True, False])
    with_cold, without = scored(graph, [0, 0, 0, 1, 3]), scored(graph[:4], [0, 0, 0, 1])
    assert likeliest(with_cold, is_warm) == likeliest(without, is_warm)
    assert likeliest(scored(graph, [3] * 5), is_warm) == (1.0, (0.0,))
    assert likeliest(Scored(torch.ones(1, 3), (), torch.tensor([0])), ALL) == (1.0, ())


def test_a_sample_stands_for_too_many_targets(
    model: TrainedModel, shop: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = collate([model.layout.row([example]) for example in NextItem().examples(shop, Split.VALIDATION)])
    monkeypatch.setattr(calibration, "MOST_SCORES", 3 * len(shop.catalog))
    model.network.item_graph = ItemGraph(graph_edges(shop.items, shop.owners, len(shop.catalog)))
    model.network.item_trend = ItemTrend(torch.ones(len(shop.catalog)))
    scored = calibration._score([Look.at(model.network, [batch])])
    assert list(scored) == [HISTORY]
    found = scored[HISTORY]
    assert found.scores.shape == (3, len(shop.catalog))
    assert [len(term) for term in found.terms] == [3, 1]
