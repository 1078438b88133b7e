from dataclasses import replace

import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.data.split import Split
from tastemaker.evaluation.biases import bias_variants
from tastemaker.evaluation.matrix_factorisation import (
    TRIALS,
    MatrixFactorisation,
    Setting,
    factorisation_variants,
    factorise,
)
from tastemaker.evaluation.rating_model import best_rating_model, validation_rmse

SETTING = Setting(factors=2, of_items=0.5, of_users=0.5, of_biases=1.0, iterations=10)


@pytest.fixture(scope="module")
def tastes(build):
    """40 users who love even rows and hate odd ones, or the other way round; biases cannot tell."""
    random = np.random.default_rng(0)
    rows = [random.permutation(20)[:12] for _ in range(40)]
    return build([[(int(i), 5.0 if (i + user) % 2 else 1.0) for i in items] for user, items in enumerate(rows)])


def test_worked_fold_in():
    # One factor. Design of item 0: (1, 2); left 4 - 3 - 0.5 = 0.5; penalty diag(1, 3).
    # (x x' + S) p = 0.5 x: [[2, 2], [2, 7]] p = (0.5, 1), so p = (0.15, 0.1).
    setting = Setting(factors=1, of_items=9.0, of_users=3.0, of_biases=1.0, iterations=1)
    model = MatrixFactorisation(3.0, np.array([0.5, -0.5]), np.array([[2.0], [4.0]]), setting)
    history = (Entry(0, 9, 4.0), Entry(1, 0, None))
    assert model.ratings(history, [1, 0]) == pytest.approx([3 - 0.5 + 0.15 + 4 * 0.1, 3 + 0.5 + 0.15 + 2 * 0.1])
    assert model.ratings((), [1, 0]) == pytest.approx([2.5, 3.5]), "nothing is known of this user"
    assert replace(model, mean=4.8).ratings((), [1, 0]) == pytest.approx([4.3, 5.0]), "the scale ends at five"


def test_finds_tastes_that_biases_cannot(tastes):
    assert validation_rmse(tastes, factorise(tastes, SETTING)) < 0.5
    assert validation_rmse(tastes, best_rating_model(tastes, bias_variants(tastes)).model) > 1.5


def test_a_new_user_with_the_history_of_a_known_one_gets_the_same(tastes):
    model = factorise(tastes, SETTING)
    history = tastes.known_before(0, Split.TEST)
    assert model.ratings(history, [3, 4]).tolist() == model.ratings(tuple(history), [3, 4]).tolist()
    turned = tuple(Entry(entry.item, entry.action, 6 - entry.rating) for entry in history)
    assert np.sign(model.ratings(history, [3, 4]) - 3).tolist() == np.sign(3 - model.ratings(turned, [3, 4])).tolist()


def test_an_item_without_training_rating_gets_the_user_alone(build):
    dataset = build([[(1, 5), (2, 4), (3, 5), (17, 1), (18, 1), (19, 1)] for _ in range(5)])
    model = factorise(dataset, SETTING)
    assert model.item_bias[17:].tolist() == [0, 0, 0]
    assert np.abs(model.item_factors[17:]).max() == 0


def test_settings_are_drawn_within_the_budget_and_the_same_each_time(build):
    dataset = build([[(1, 5), (2, 1), (3, 4), (4, 2), (5, 3)]])
    one, two = ([model.setting for model in factorisation_variants(dataset)] for _ in range(2))
    assert one == two
    assert len(set(one)) == TRIALS
