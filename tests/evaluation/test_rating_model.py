from dataclasses import dataclass

import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.evaluation.rating_model import RatingAnswers, best_rating_model, training_ratings, validation_rmse
from tastemaker.tasks.example import Example, History, NextItems, Score


@dataclass(frozen=True)
class Constant:
    """Gives every item of an odd row one rating more."""

    rating: float

    def ratings(self, history, items):
        return np.array([self.rating + item % 2 for item in items])


def scored(kind, items):
    return Example(kind, (History((Entry(0, 9, 5.0),)),), Score(kind, (1,) * len(items), items, (0.0,) * len(items)))


def test_ratings_are_answered_as_they_are_and_likes_from_the_cut_on():
    answers = RatingAnswers(Constant(3.0), like_cut=4.0)
    rating, like, other = answers.values(
        [scored("rating", (2, 3)), scored("like", (2, 3)), Example("next_item", (), NextItems((), (), ()))]
    )
    assert rating.tolist() == [3.0, 4.0]
    assert like.tolist() == [0.0, 1.0]
    assert other.tolist() == []


def test_the_variant_that_is_closest_on_validation_is_taken_and_cut_there(build):
    # Validation: item 4 was rated 3, item 5 rated 4 (liked). Errors of 2: (1, 1); of 3: none; of 4: (1, 1).
    dataset = build([[(1, 5), (4, 3), (8, 1), (9, 1)], [(1, 5), (5, 4), (8, 1), (9, 1)]])
    best = best_rating_model(dataset, map(Constant, (2.0, 3.0, 4.0)))
    assert best == RatingAnswers(Constant(3.0), like_cut=4.0)
    assert validation_rmse(dataset, Constant(3.0)) == 0
    assert validation_rmse(dataset, Constant(5.0)) == pytest.approx(2.0)


def test_there_is_none_without_validation_ratings(build):
    assert best_rating_model(build([[(1, 5), (2, 4)]]), [Constant(3.0)]) is None


def test_training_ratings_leave_out_what_is_held_out(build):
    users, items, ratings = training_ratings(
        build([[(1, 5), (4, 3), (8, 1), (9, 1)], [(2, 4), (5, 4), (8, 1), (9, 1)]])
    )
    assert (users.tolist(), items.tolist(), ratings.tolist()) == ([0, 1], [1, 2], [5.0, 4.0])
