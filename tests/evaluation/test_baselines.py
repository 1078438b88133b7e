import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.evaluation.constraints import ConstraintFilter
from tastemaker.evaluation.cooccurrence import Cooccurrence
from tastemaker.evaluation.majority import fit_majority
from tastemaker.evaluation.neighbours import ContentNeighbours
from tastemaker.evaluation.popularity import ConstrainedPopularity, Popularity
from tastemaker.tasks.example import Example, History, NextItems, Reply, Score, Text

HELD_OUT = [(17, 3), (18, 3), (19, 3)]
"""One validation and two test entries, so that all before them is training."""


def after(*items, target=None):
    return Example(
        "next_item", (History(tuple(Entry(item, 9, 5.0) for item in items)),), target or NextItems((), (), ())
    )


def test_popularity_counts_training_alone(build):
    dataset = build([[(1, 5), (2, 5), *HELD_OUT], [(1, 5), (3, 5), *HELD_OUT]])
    scores = Popularity(dataset.train_counts).item_scores([after(1)])
    assert scores[0, :4].tolist() == [0, 2, 1, 1]
    assert scores[0, 17:].tolist() == [0, 0, 0]


def test_cooccurrence_counts_what_followed_in_training(build):
    # Item 2 followed item 1 twice, item 3 once; item 4 followed it two steps later.
    dataset = build([[(1, 5), (2, 5), (4, 5), *HELD_OUT], [(1, 5), (2, 5), *HELD_OUT], [(1, 5), (3, 5), *HELD_OUT]])
    scores = Cooccurrence.fit(dataset, last=1, window=1).item_scores([after(9, 1)])[0]
    assert np.floor(scores[[2, 3, 4, 5]]).tolist() == [2, 1, 0, 0]
    wider = Cooccurrence.fit(dataset, last=1, window=2).item_scores([after(1)])[0]
    assert np.floor(wider[[2, 3, 4]]).tolist() == [2, 1, 1]
    assert np.floor(scores[17:]).tolist() == [0, 0, 0], "held-out entries must not be counted"


def test_cooccurrence_does_not_cross_from_one_user_to_the_next(build):
    dataset = build([[(1, 5), (2, 5), *HELD_OUT], [(3, 5), (4, 5), *HELD_OUT]])
    assert np.floor(Cooccurrence.fit(dataset, 1, 5).item_scores([after(2)])[0, 3]) == 0


def test_cooccurrence_adds_the_last_two_and_backs_off_to_popularity(build):
    dataset = build([[(1, 5), (2, 5), *HELD_OUT], [(3, 5), (2, 5), *HELD_OUT], [(5, 5), (5, 5), (6, 5), *HELD_OUT]])
    scores = Cooccurrence.fit(dataset, last=2, window=1).item_scores([after(1, 3), after()])
    assert np.floor(scores[0, 2]) == 2
    assert scores[0, 5] > scores[0, 6] > scores[0, 7], "no co-occurrence: the more popular first"
    assert scores[1].argmax() in (2, 5)
    assert scores[1].max() < 1


def test_content_neighbours_rank_by_cosine_and_fall_back_to_popularity(build):
    dataset = build([[(1, 5), (2, 5), *HELD_OUT]], items=20)
    vectors = np.zeros((20, 2))
    vectors[1], vectors[2], vectors[3] = (2, 0), (3, 3), (0, 1)
    baseline = ContentNeighbours.fit(dataset, vectors, last=1)
    scores = baseline.item_scores([after(3, 1), after()])
    assert scores[0, [1, 2, 3, 4]] == pytest.approx([1, 0.5**0.5, 0, 0], abs=1e-6)
    assert scores[1].tolist() == dataset.train_counts.tolist()


def test_a_profile_is_the_mean_of_the_last_items_alone(build):
    vectors = np.eye(20)
    baseline = ContentNeighbours.fit(build([[(1, 5), *HELD_OUT]]), vectors, last=2)
    scores = baseline.item_scores([after(3, 1, 4), after(2)])
    assert scores[0, [1, 3, 4]] == pytest.approx([0.5, 0, 0.5])
    assert scores[1, 2] == 1, "a batch mixes histories of any length"


def test_majority_is_the_share_of_training_likes(build):
    dataset = build([[(1, 5), (2, 4), (3, 2), *HELD_OUT], [(1, 4), *HELD_OUT]])
    model = fit_majority(dataset)
    assert model.share == 3 / 4
    assert model.values([after(1, target=Score("like", (1, 1), (4, 5), (1.0, 0.0)))])[0].tolist() == [0.75, 0.75]


def request(*constraints):
    return Example("dialogue", (History(()), Text("hello", "user")), Reply("", constraints=constraints))


def test_constraints_come_before_popularity(build):
    # Rows 0, 4, 8, … are comedies; rows 1, 5, … horror. Row 1 is the most popular.
    dataset = build([[(1, 5), (8, 5), *HELD_OUT], [(1, 5), (8, 5), *HELD_OUT], [(1, 5), (4, 5), *HELD_OUT]])
    baseline = ConstrainedPopularity(ConstraintFilter(dataset.catalog), dataset.train_counts)
    wishes = [request(("genre", "Comedy")), request(("not genre", "Horror")), request()]
    scores = baseline.item_scores(wishes)
    assert np.argsort(-scores[0])[:2].tolist() == [8, 4]
    assert set(np.argsort(-scores[0])[:5].tolist()) == {0, 4, 8, 12, 16}
    assert scores[1].argmax() == 8
    assert scores[2].argmax() == 1


def test_the_more_constraints_an_item_meets_the_better(build):
    dataset = build([[(0, 5), (1, 5), *HELD_OUT]])
    met = ConstraintFilter(dataset.catalog).met((("genre", "Comedy"), ("decade", "1990s"), ("not genre", "War")))
    # Row 12: comedy of 1992. Row 0: comedy of 1980. Row 11: war of 1991. Row 3: war of 1983.
    assert met[[12, 0, 11, 3]].tolist() == [3, 2, 1, 0]
