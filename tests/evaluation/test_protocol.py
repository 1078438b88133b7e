"""The rules by which figures are comparable, each as a contract over whatever ranks or rates."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import permutations
from math import log2

import numpy as np
import polars as pl
import pytest

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.prepare import order_rows
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.baselines import BASELINES, Ingredients
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import known_items
from tastemaker.evaluation.cooccurrence import Cooccurrence
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.popularity import Popularity
from tastemaker.evaluation.ranked import rank, ranking_figures
from tastemaker.tasks.like import Like
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.rating import Rating

NAMES = ("ndcg@5", "hr@5", "mrr@5", "recall@5")
CONFIG = EvaluationConfig(list_length=5)
RANKERS = sorted(name for name, it in BASELINES.items() if "items" in it.kinds)
FITTED = sorted(name for name, it in BASELINES.items() if it.kinds & {"items", "rating", "like"})


@dataclass(frozen=True)
class Fixed:
    """The same scores for everybody."""

    scores: tuple[float, ...]

    def item_scores(self, examples):
        return np.tile(np.array(self.scores), (len(examples), 1))


def figures_of(ranker, dataset, split=Split.TEST):
    examples = list(NextItem().examples(dataset, split))
    known = [known_items(example, dataset, split) for example in examples]
    return {name: it.value for name, it in ranking_figures(rank(ranker, examples, CONFIG, known), NAMES).items()}


def fit(name, dataset):
    vectors = np.random.default_rng(0).normal(size=(len(dataset.catalog), 4))
    return BASELINES[name].fit(Ingredients(Judge.of(dataset, Split.TEST, CONFIG), None, vectors))


def measures(order, targets):
    gains = [1 / log2(place + 2) for place in range(5)]
    hits = [item in targets for item in order[:5]]
    return {
        "ndcg@5": sum(gain for gain, hit in zip(gains, hits, strict=False) if hit) / sum(gains[: len(targets)]),
        "hr@5": float(any(hits)),
        "mrr@5": 1 / (1 + hits.index(True)) if any(hits) else 0.0,
        "recall@5": sum(hits) / len(targets),
    }


def test_equal_scores_give_the_mean_over_their_orders_and_the_worst_beside_it(build):
    """Seven items; 0 is seen, 6 leads, and the targets 3 and 4 stand in ties of three and of two."""
    dataset = build([[(0, 5), (1, 5), (3, 5), (4, 5)]], items=7, test_items=2, validation_items=1)
    scores = (9.0, 5.0, 5.0, 5.0, 4.0, 4.0, 8.0)
    figures = figures_of(Fixed(scores), dataset)
    allowed = [item for item in range(7) if item not in (0, 1)]
    orders = [order for order in permutations(allowed) if [*order] == sorted(order, key=lambda item: -scores[item])]
    assert len(orders) == 4
    values = [measures(order, {3, 4}) for order in orders]
    for name in NAMES:
        assert figures[name] == pytest.approx(np.mean([value[name] for value in values])), name
        assert figures[f"{name}_pessimistic"] == pytest.approx(min(value[name] for value in values)), name
        assert figures[f"{name}_pessimistic"] <= figures[name]


def tables(histories, is_timed=True):
    """`histories`: for each user its items; with `is_timed`, four interactions share each moment."""
    rows = [
        {"user_id": f"u{user}", "item_id": f"i{item}", "timestamp": place // 4 if is_timed else place, "event": "buy"}
        for user, items in enumerate(histories)
        for place, item in enumerate(items)
    ]
    empty = {"rating": None, "review": None, "review_title": None}
    ids = sorted({row["item_id"] for row in rows})
    items = [{"item_id": it, "title": it, "text": "", "attributes": [], "image": None} for it in ids]
    return {
        "items": pl.DataFrame(items, schema=pl.Schema(ITEM_COLUMNS)),
        "interactions": pl.DataFrame([row | empty for row in rows], schema=pl.Schema(INTERACTION_COLUMNS)),
    }


def prepared(raw, seed):
    ordered = order_rows(raw, seed)
    config = DataConfig(path="toy", test_items=1, validation_items=1)
    return Dataset.from_tables(Catalog.from_table(ordered["items"]), ordered["interactions"], config)


def walks(users=30, items=40, length=9):
    """Sequences in which items tend to follow the one before them."""
    random = np.random.default_rng(0)
    starts = random.integers(items, size=users)
    return [
        [int(it) for it in dict.fromkeys((start + np.cumsum(random.integers(1, 4, size=length))) % items)]
        for start in starts
    ]


def sequence(dataset, user):
    return [dataset.catalog[entry.item].item_id for entry in dataset.history(dataset.user_row(f"u{user}"))]


def test_a_tie_in_time_is_ordered_by_the_seed_and_not_by_the_input():
    raw = tables(walks())
    shuffled = {name: table.sample(fraction=1.0, shuffle=True, seed=5) for name, table in raw.items()}
    one, same, other = prepared(raw, 0), prepared(shuffled, 0), prepared(raw, 1)
    users = range(len(one.user_ids))
    assert [sequence(one, user) for user in users] == [sequence(same, user) for user in users]
    assert [sequence(one, user) for user in users] != [sequence(other, user) for user in users]
    for user in users:
        first = sequence(one, user)[:4]
        assert sorted(first) == sorted(sequence(other, user)[:4]), "later moments stay later"


@pytest.mark.parametrize("seed", range(3))
def test_sequences_keep_the_order_of_the_input(seed):
    histories = walks()
    dataset = prepared(tables(histories, is_timed=False), seed)
    for user, items in enumerate(histories):
        assert sequence(dataset, user) == [f"i{item}" for item in items]


def test_an_item_row_is_worth_a_random_guess():
    """One target among the items not seen; the mean over 60 shuffles, at four standard errors."""
    raw = tables(walks(), is_timed=False)
    found, chances = [], []
    for seed in range(60):
        dataset = prepared(raw, seed)
        found.append(figures_of(Fixed(tuple(range(len(dataset.catalog)))), dataset)["hr@5"])
        unseen = [len(dataset.catalog) - len(dataset.known_before(u, Split.TEST)) for u in range(len(dataset.user_ids))]
        chances.append(np.mean([5 / count for count in unseen]))
    assert np.mean(found) == pytest.approx(np.mean(chances), abs=4 * np.std(found) / 60**0.5)
    assert np.std(found) > 0


@pytest.mark.parametrize(
    "make",
    [
        lambda it: Popularity(it.train_counts),
        lambda it: Cooccurrence.fit(it, 1, 1),
        lambda it: fit("cooccurrence_last_2", it),
    ],
)
def test_another_order_of_items_changes_no_figure(make):
    raw = tables(walks(), is_timed=False)
    figures = [figures_of(make(dataset), dataset) for dataset in (prepared(raw, seed) for seed in range(4))]
    assert figures[0]["ndcg@5"] > 0
    for other in figures[1:]:
        assert other == pytest.approx(figures[0], rel=1e-12)


def test_seen_items_are_left_out_and_the_figures_with_them_stand_beside(build):
    dataset = build([[(0, 5), (1, 5), (2, 5), (3, 5)]], items=10, test_items=1)
    figures = figures_of(Fixed((9, 8, 7, 6, 0, 0, 0, 0, 0, 0)), dataset)
    assert [figures["mrr@5"], figures["mrr@5_unmasked"]] == [1, 1 / 4], "0, 1 and 2 are seen; 3 is the target"


def test_a_target_that_is_seen_is_a_miss_unless_seen_items_are_let_in(build):
    dataset = build([[(0, 5), (1, 5), (2, 5), (0, 5)]], items=10, test_items=1)
    figures = figures_of(Fixed((9, 8, 7, 6, 0, 0, 0, 0, 0, 0)), dataset)
    assert [figures["hr@5"], figures["hr@5_unmasked"]] == [0, 1]


def test_targets_are_a_set_and_the_ideal_is_all_that_fit(build):
    # Six distinct targets, one of them twice; five places. Perfect is five hits at the top.
    dataset = build([[(0, 5), (1, 5), *((item, 5) for item in (2, 3, 4, 5, 6, 7, 7))]], items=12, test_items=7)
    figures = figures_of(Fixed((0, 0, 9, 8, 7, 6, 5, 4, 0, 0, 0, 0)), dataset)
    assert figures["ndcg@5"] == pytest.approx(1)
    assert figures["recall@5"] == pytest.approx(5 / 6)
    # One distinct target, held out twice: one hit at the top is perfect.
    dataset = build([[(0, 5), (1, 5), (7, 5), (7, 5)]], items=12)
    assert figures_of(Fixed((0,) * 7 + (1,) + (0,) * 4), dataset)["ndcg@5"] == 1
    assert len(list(NextItem().examples(dataset, Split.TEST))) == 1


@pytest.mark.parametrize("name", RANKERS)
def test_every_item_of_the_catalog_has_a_score(name, dataset):
    examples = list(NextItem().examples(dataset, Split.TEST))
    scores = fit(name, dataset).item_scores(examples)
    assert scores.shape == (len(examples), len(dataset.catalog))
    assert np.isfinite(scores).all()


def held_apart(build):
    """Two data sets that differ in the items and ratings of test alone."""
    random = np.random.default_rng(3)
    histories = [[(int(item), int(random.integers(1, 6))) for item in random.permutation(30)[:9]] for _ in range(40)]
    changed = [
        [*history[:-2], *(((item + 7) % 30, 6 - rating) for item, rating in history[-2:])] for history in histories
    ]
    return [build(it, items=30, test_items=2, validation_items=2) for it in (histories, changed)]


@pytest.mark.parametrize("name", FITTED)
def test_no_baseline_reads_test(name, build):
    """Fitted and chosen beside other test targets, it answers validation alike."""
    answers = defaultdict(list)
    for dataset in held_apart(build):
        fitted = fit(name, dataset)
        if isinstance(fitted, Ranker):
            examples = list(NextItem().examples(dataset, Split.VALIDATION))
            answers["items"].append(fitted.item_scores(examples).tolist())
        else:
            examples = [it for task in (Rating(), Like()) for it in task.examples(dataset, Split.VALIDATION)]
            answers["scores"].append([value.tolist() for value in fitted.values(examples)])
    for one, two in answers.values():
        assert one == two
