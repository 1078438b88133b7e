import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.data.split import Split
from tastemaker.evaluation.biases import Biases, fit_biases
from tastemaker.evaluation.constraints import ConstraintFilter
from tastemaker.evaluation.cooccurrence import Cooccurrence
from tastemaker.evaluation.majority import fit_majority
from tastemaker.evaluation.neighbours import ContentNeighbours
from tastemaker.evaluation.popularity import ConstrainedPopularity, Popularity
from tastemaker.evaluation.selection import best_ranker, validation_ndcg
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
    assert scores[0, [1, 2, 3, 4]] == pytest.approx([1, 0.5**0.5, 0, 0])
    assert scores[1].tolist() == dataset.train_counts.tolist()


def test_the_best_variant_on_validation_is_taken(build):
    histories = [[(item, 5) for item in range(start, start + 6)] for start in range(10)]
    dataset = build(histories)
    variants = [lambda: Popularity(dataset.train_counts), lambda: Cooccurrence.fit(dataset, 1, 1)]
    assert isinstance(best_ranker(dataset, variants), Cooccurrence)
    assert validation_ndcg(dataset, variants[1]()) > validation_ndcg(dataset, variants[0]())


def test_worked_biases():
    model = Biases(mean=3.5, item_bias=np.array([0.5, -0.5, 0.0]), regulariser=1.0, like_cut=4.0)
    history = (Entry(0, 9, 5.0), Entry(1, 8, 4.0), Entry(2, 0, None))
    # What is left: 5 - 4 = 1 and 4 - 3 = 1; the user adds (1 + 1) / (2 + 1) = 2 / 3. The plain view says nothing.
    assert model.ratings(history, [1, 2]) == pytest.approx([3.5 - 0.5 + 2 / 3, 3.5 + 2 / 3])
    like = Example("like", (History(history),), Score("like", (3, 3), (1, 2), (0.0, 1.0)))
    assert model.values([like])[0].tolist() == [0.0, 1.0]


def test_biases_stay_on_the_scale_and_serve_an_unknown_user():
    model = Biases(mean=4.5, item_bias=np.array([1.0]), regulariser=1.0)
    assert model.ratings((), [0]).tolist() == [5.0]


def test_fitted_biases_find_generous_users_and_good_items(build):
    random = np.random.default_rng(0)
    generous, good = random.normal(0, 0.7, size=40), random.normal(0, 0.7, size=20)
    histories = [
        [(int(item), float(np.clip(3 + generous[user] + good[item], 1, 5))) for item in random.permutation(20)[:15]]
        for user in range(40)
    ]
    dataset = build(histories)
    model = fit_biases(dataset)
    assert np.corrcoef(model.item_bias, good)[0, 1] > 0.9
    history, (target, *_) = dataset.known_before(3, Split.TEST), dataset.held_out(3, Split.TEST)
    assert model.ratings(history, [target.item])[0] == pytest.approx(target.rating, abs=0.4)


def test_biases_do_not_see_held_out_ratings(build):
    common = [[(1, 5), (2, 1), (3, 4), (4, 2), (5, 3)] for _ in range(6)]
    one, two = build([[*h, (6, 5), (7, 5)] for h in common]), build([[*h, (6, 1), (7, 1)] for h in common])
    assert fit_biases(one).item_bias.tolist() == fit_biases(two).item_bias.tolist()


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
