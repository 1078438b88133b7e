import numpy as np
import pytest

from tastemaker.data.dataset import Entry
from tastemaker.evaluation import implicit_factorisation
from tastemaker.evaluation.implicit_factorisation import (
    ImplicitFactorisation,
    Setting,
    factorise_implicit,
    implicit_variants,
)
from tastemaker.tasks.example import Example, History, NextItems


def after(*items):
    return Example("next_item", (History(tuple(Entry(item, 9, None) for item in items)),), NextItems((), (), ()))


@pytest.fixture(scope="module")
def groups(build):
    """Half of the users walk among rows 0..7, half among rows 8..15; rows 16..19 are never chosen."""
    random = np.random.default_rng(0)
    return build([[(int(i), 5) for i in random.permutation(8)[:6] + 8 * (user % 2)] for user in range(40)])


def test_worked_fold_in():
    # One factor, vectors 1 and 2: Y'Y = 5, regulariser 1, confidence 3. After item 1:
    # p = (1 + 3) * 2 / (5 + 1 + 3 * 4) = 8 / 18, and the scores are p and 2 p.
    model = ImplicitFactorisation(np.array([[1], [2]], dtype=np.float32), np.array([7, 3]), Setting(1, 3.0, 1.0))
    scores = model.item_scores([after(1), after(1, 1), after()])
    assert scores[0] == pytest.approx([8 / 18, 16 / 18])
    assert scores[1] == pytest.approx(scores[0]), "chosen twice is chosen"
    assert scores[2].tolist() == [7, 3], "popularity without a history"


def test_ranks_the_items_of_like_users_first(groups):
    model = factorise_implicit(groups, Setting(2, 10.0, 1.0))
    scores = model.item_scores([after(0, 3), after(9, 12)])
    assert set(np.argsort(-scores[0])[:8].tolist()) == set(range(8))
    assert set(np.argsort(-scores[1])[:8].tolist()) == set(range(8, 16))
    assert scores[:, 16:].tolist() == [[0] * 4] * 2


def test_alternation_lowers_the_weighted_error(groups):
    """The objective of the paper, equation 3, over training users and items."""
    chosen = np.zeros((40, 20))
    for user in range(40):
        for entry in groups.history(user)[: groups.cuts.train[user]]:
            chosen[user, entry.item] = 1

    def objective(iterations):
        model = factorise_implicit(groups, Setting(4, 10.0, 1.0, iterations))
        items = model.item_factors.astype(np.float64)
        pasts = [after(*np.flatnonzero(row).tolist()) for row in chosen]
        users = model.item_scores(pasts) @ np.linalg.pinv(items.T)
        error = ((1 + 10.0 * chosen) * (chosen - users @ items.T) ** 2).sum()
        return error + (users**2).sum() + (items**2).sum()

    errors = [objective(iterations) for iterations in (1, 2, 5, 20)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > errors[-1] + 0.1


def test_a_small_catalog_gets_few_factors(groups, monkeypatch):
    monkeypatch.setattr(implicit_factorisation, "FACTORS", (2, 256))
    assert {make.args[1].factors for make in implicit_variants(groups)} == {2}
    monkeypatch.setattr(implicit_factorisation, "ITEMS_PER_FACTOR", 20 / 256)
    assert {make.args[1].factors for make in implicit_variants(groups)} == {2, 256}


def test_held_out_choices_are_not_seen(build):
    common = [[(item, 5) for item in range(start, start + 4)] for start in range(6)]
    one, two = (build([[*h, *((item, 5) for item in last)] for h in common]) for last in ((17, 18, 19), (10, 11, 12)))
    factors = [factorise_implicit(dataset, Setting(2, 10.0)).item_factors.tolist() for dataset in (one, two)]
    assert factors[0] == factors[1]
