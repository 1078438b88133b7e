import numpy as np
import pytest

from tastemaker.data.split import Split
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import known_items, sample, with_history
from tastemaker.evaluation.popularity import Popularity
from tastemaker.evaluation.ranked import rank, ranking_figures
from tastemaker.tasks.example import Card, Example, History, Item, Recommended, Reply, Text
from tastemaker.tasks.next_item import NextItem


def test_seen_items_are_masked_even_where_the_window_no_longer_shows_them(dataset):
    short = next(iter(NextItem(max_history=2).examples(dataset, Split.TEST)))
    assert len(short.context[0].entries) == 2
    assert known_items(short, dataset, Split.TEST) == sorted(e.item for e in dataset.known_before(0, Split.TEST))
    assert known_items(with_history(short, ()), dataset, Split.TEST) == []


def test_masked_unmasked_and_pessimistic_figures(build):
    # Popularity: items 0 and 1 twice, all else once or never. The target 3 is not in training: a nine-fold tie.
    dataset = build([[(0, 5), (1, 5), (2, 5), (3, 5)], [(0, 5), (1, 5), (4, 5), (3, 5)]], items=10, test_items=1)
    examples = list(NextItem().examples(dataset, Split.TEST))
    known = [known_items(example, dataset, Split.TEST) for example in examples]
    ranking = rank(Popularity(dataset.train_counts), examples, EvaluationConfig(batch=1, list_length=7), known)
    figures = ranking_figures(ranking, ["mrr@10", "hr@5"])
    # Masked are 0, 1 and one of 2 and 4: seven items at zero, the target any of them.
    assert figures["mrr@10"].value == pytest.approx(sum(1 / place for place in range(1, 8)) / 7)
    assert figures["hr@5"].value == pytest.approx(5 / 7)
    assert figures["mrr@10_pessimistic"].value == pytest.approx(1 / 7)
    # Unmasked: two more popular items, then eight at zero.
    assert figures["mrr@10_unmasked"].value == pytest.approx(sum(1 / (2 + place) for place in range(1, 9)) / 8)
    assert not {0, 1} & set(ranking.lists.ravel().tolist())


def turn(context, items):
    """A real reply that speaks of `items` after others came up."""
    first, *others = (Recommended(item, Card("")) for item in items)
    reply = Reply("", first, more=tuple((slot, "") for slot in others), may_repeat=True)
    return Example("dialogue", (History(()), Text("hi", "user"), *map(Item, context)), reply)


def test_novel_targets_are_ranked_among_what_had_not_come_up(build):
    # Item n has the popularity 9 - n. The first reply repeats 0 and adds 3; the second adds 2; the third adds nothing.
    examples = [turn([0, 1], [0, 3]), turn([0], [2]), turn([4], [4])]
    known = [known_items(example, build([[(0, 5), (1, 5)]], items=10), Split.TEST) for example in examples]
    assert known == [[], [], []]
    ranking = rank(Popularity(np.arange(10)[::-1]), examples, EvaluationConfig(batch=2), known)
    figures = ranking_figures(ranking, ["recall@1", "recall@5", "recall@1_novel", "recall@3_novel"])
    assert figures["recall@1"].value == pytest.approx((1 / 2 + 0 + 0) / 3)
    assert figures["recall@5"].value == 1
    # Novel: 3 stands behind 2 where 0 and 1 are left out, 2 behind 1 where 0 is.
    assert figures["recall@1_novel"].value == 0
    assert figures["recall@3_novel"].value == 1
    assert len(figures["recall@1_novel"].tally.parts) == 2
    assert len(figures["recall@1"].tally.parts) == 3


def test_batches_change_nothing(dataset, predictor):
    examples = list(NextItem().examples(dataset, Split.TEST))
    known = [known_items(example, dataset, Split.TEST) for example in examples]
    whole = ranking_figures(rank(predictor, examples, EvaluationConfig(batch=100), known), ["ndcg@10"])
    parts = ranking_figures(rank(predictor, examples, EvaluationConfig(batch=5), known), ["ndcg@10"])
    assert whole["ndcg@10"].value == parts["ndcg@10"].value


def test_a_sample_keeps_order_and_is_the_same_every_time():
    drawn = sample(list(range(1000)), 50, seed=1)
    assert drawn == sorted(drawn) == sample(list(range(1000)), 50, seed=1)
    assert len(set(drawn)) == 50
    assert drawn != sample(list(range(1000)), 50, seed=2)
    assert sample([1, 2], None, 0) == sample([1, 2], 5, 0) == [1, 2]


def test_equal_timestamps_keep_the_order_of_the_data_set(dataset):
    assert len(np.unique(dataset.timestamps)) == 1
    example = next(iter(NextItem().examples(dataset, Split.TEST)))
    assert [entry.item for entry in example.context[0].entries] == list(range(7))
    assert example.target.items == (7, 8)
