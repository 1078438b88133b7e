import numpy as np

from tastemaker.model.cold_prior import FOLDS, cold_prior, cold_priors

ITEMS = 400


def catalog() -> tuple[np.ndarray, np.ndarray]:
    """The first half is of a kind that is chosen, but for its first twenty items, which are new; the rest never is."""
    random = np.random.default_rng(0)
    content = random.normal(size=(ITEMS, 6)).astype(np.float32)
    content[: ITEMS // 2, 2] += 3
    counts = np.where(np.arange(ITEMS) < ITEMS // 2, random.integers(1, 50, ITEMS), 0)
    counts[:20] = 0
    return content, counts


def test_new_items_of_a_kind_that_is_chosen_stand_above_others() -> None:
    content, counts = catalog()
    prior = cold_prior(content, counts)
    assert prior[:20].mean() > 1.5 + prior[ITEMS // 2 :].mean()
    assert not prior[counts > 0].any()
    assert abs(prior[counts == 0].mean()) < 1e-6 and abs(prior[counts == 0].std() - 1) < 1e-6


def test_no_item_is_judged_by_its_own_count() -> None:
    """Where every item has a feature of its own, a model that saw it would tell its zero; another tells a mean."""
    counts = np.random.default_rng(1).integers(0, 2, 60) * 9
    prior = cold_prior(np.eye(60, dtype=np.float32), counts)
    assert len(np.unique(prior[counts == 0].round(4))) <= FOLDS


def test_nothing_is_said_without_content_or_with_too_few_items_of_a_kind() -> None:
    content, counts = catalog()
    assert not cold_prior(content[:, :0], counts).any()
    assert not cold_prior(content, np.maximum(counts, 1)).any()
    assert not cold_prior(content, 0 * counts).any()


def test_every_place_has_its_own() -> None:
    content, counts = catalog()
    apart = cold_priors(content, np.stack([counts, counts[::-1]]))
    assert np.array_equal(apart[0], cold_prior(content, counts))
    assert not np.array_equal(*apart)
    assert np.array_equal(*cold_priors(content, np.stack([counts, counts])))
