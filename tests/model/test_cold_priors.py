import numpy as np

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.model.cold_priors import FOLDS, by_catalog, cold_priors, told_by

ITEMS = 400
UNKNOWN = Catalog(tuple(CatalogItem(str(row), "") for row in range(ITEMS)))


def by_content(content: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return by_catalog(told_by(content, Catalog(UNKNOWN.items[: len(content)])), counts)


def watched() -> tuple[np.ndarray, np.ndarray]:
    """The first half is of a kind that is chosen, but for its first twenty items, which are new; the rest never is."""
    random = np.random.default_rng(0)
    content = random.normal(size=(ITEMS, 6)).astype(np.float32)
    content[: ITEMS // 2, 2] += 3
    counts = np.where(np.arange(ITEMS) < ITEMS // 2, random.integers(1, 50, ITEMS), 0)
    counts[:20] = 0
    return content, counts


def test_new_items_of_a_kind_that_is_chosen_stand_above_others() -> None:
    content, counts = watched()
    prior = by_content(content, counts)
    assert prior[:20].mean() > 1.5 + prior[ITEMS // 2 :].mean()
    assert not prior[counts > 0].any()
    assert abs(prior[counts == 0].mean()) < 1e-6 and abs(prior[counts == 0].std() - 1) < 1e-6


def test_facts_tell_new_items_from_others_where_content_says_nothing() -> None:
    _, counts = watched()
    noise = np.random.default_rng(2).normal(size=(ITEMS, 6)).astype(np.float32)
    decades = ["1990s" if row < ITEMS // 2 else "2010s" for row in range(ITEMS)]
    told = [
        CatalogItem(str(row), "", attributes={"decade": (it,), "id": (str(row),)}) for row, it in enumerate(decades)
    ]
    features = told_by(noise, Catalog(tuple(told)))
    assert features.shape == (ITEMS, 6 + 2), "a fact of one item is left out"
    prior = by_catalog(features, counts)
    assert prior[:20].mean() > 1.5 + prior[ITEMS // 2 :].mean()


def test_no_item_is_judged_by_its_own_count() -> None:
    """Where every item has a feature of its own, a model that saw it would tell its zero; another tells a mean."""
    counts = np.random.default_rng(1).integers(0, 2, 60) * 9
    prior = by_content(np.eye(60, dtype=np.float32), counts)
    assert len(np.unique(prior[counts == 0].round(4))) <= FOLDS


def test_nothing_is_said_without_content_or_with_too_few_items_of_a_kind() -> None:
    content, counts = watched()
    assert not by_content(content[:, :0], counts).any()
    assert not by_content(content, np.maximum(counts, 1)).any()
    assert not by_content(content, 0 * counts).any()


def test_every_place_has_its_own_and_what_is_told_elsewhere_stands_beside() -> None:
    content, counts = watched()
    more = counts + np.arange(ITEMS) // 350 * 7
    in_histories, in_replies = cold_priors(content, UNKNOWN, np.stack([counts, more]))
    assert np.array_equal(in_histories[0], by_content(content, counts))
    assert np.array_equal(in_replies[0], by_content(content, more))
    assert in_histories[1, 350:].min() > 0 > in_histories[1, 200:350].max()
    assert not in_histories[1, counts > 0].any()
    assert not in_replies[1].any()
