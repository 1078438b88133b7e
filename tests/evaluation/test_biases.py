import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.data.split import Split
from tastemaker.evaluation.biases import REGULARISERS, Biases, bias_variants, fit_biases
from tastemaker.evaluation.rating_model import best_rating_model


def test_worked_biases():
    model = Biases(mean=3.5, item_bias=np.array([0.5, -0.5, 0.0]), regulariser=1.0)
    history = (Entry(0, 9, 5.0), Entry(1, 8, 4.0), Entry(2, 0, None))
    # What is left: 5 - 4 = 1 and 4 - 3 = 1; the user adds (1 + 1) / (2 + 1) = 2 / 3. The plain view says nothing.
    assert model.ratings(history, [1, 2]) == pytest.approx([3.5 - 0.5 + 2 / 3, 3.5 + 2 / 3])


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
    model = best_rating_model(dataset, bias_variants(dataset)).model
    assert np.corrcoef(model.item_bias, good)[0, 1] > 0.9
    history, (target, *_) = dataset.known_before(3, Split.TEST), dataset.held_out(3, Split.TEST)
    assert model.ratings(history, [target.item])[0] == pytest.approx(target.rating, abs=0.4)


def test_biases_do_not_see_held_out_ratings(build):
    common = [[(1, 5), (2, 1), (3, 4), (4, 2), (5, 3)] for _ in range(6)]
    one, two = (build([[*h, (6, last), (7, last)] for h in common]) for last in (5, 1))
    assert fit_biases(one, 3.0, 3.0).item_bias.tolist() == fit_biases(two, 3.0, 3.0).item_bias.tolist()


def test_every_pair_of_regularisers_is_a_variant(build):
    dataset = build([[(1, 5), (2, 1), (3, 4), (4, 2)]])
    assert [model.regulariser for model in bias_variants(dataset)] == [*REGULARISERS] * len(REGULARISERS)
