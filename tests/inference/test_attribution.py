from dataclasses import replace

import numpy as np

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.schema import ACTIONS
from tastemaker.inference.attribution import Question, contributions
from tastemaker.inference.evidence import attributed_evidence, may_speak_for, speaking_for
from tastemaker.inference.reading import Reader
from tastemaker.inference.recommender import Recommender
from tastemaker.tasks.example import History, Text


def test_a_contribution_is_what_the_item_loses_without_the_entry(model: TrainedModel, shop: Dataset) -> None:
    reader, entries = Reader(model), shop.history(0)[:4]
    (weights,) = contributions(reader, [Question((History(entries),), (7, 9))])
    assert weights.shape == (2, 4)

    def log_chance(past: tuple, item: int) -> float:  # type: ignore[type-arg]
        return float(reader.scores([reader.history_row((History(past),))]).log_softmax(-1)[0, item])

    for row, item in enumerate((7, 9)):
        for left_out in range(4):
            without = entries[:left_out] + entries[left_out + 1 :]
            expected = log_chance(entries, item) - log_chance(without, item)
            assert np.isclose(weights[row, left_out], expected, atol=1e-5)


def test_questions_of_different_kinds_are_answered_together_as_alone(model: TrainedModel, shop: Dataset) -> None:
    reader = Reader(model)
    questions = [
        Question((History(shop.history(1)[:3]),), (2,)),
        Question((History(shop.history(2)[:5]), Text("a comedy", "user")), (4,), lead=()),
        Question((History(()),), (4,)),
    ]
    together = contributions(reader, questions)
    for question, answer in zip(questions, together, strict=True):
        assert np.allclose(contributions(reader, [question])[0], answer, atol=1e-5)
    assert together[2].shape == (1, 0)


def test_entries_that_are_not_asked_about_carry_nothing(model: TrainedModel, shop: Dataset) -> None:
    reader, whole = Reader(model), Question((History(shop.history(0)[:5]),), (7, 9))
    ((every,), (some,)) = (contributions(reader, [it]) for it in (whole, replace(whole, about=(1, 3))))
    assert np.allclose(some[:, [1, 3]], every[:, [1, 3]], atol=1e-5)
    assert not some[:, [0, 2, 4]].any() and every[:, [0, 2, 4]].any()
    (nothing,) = contributions(reader, [replace(whole, about=())])
    assert nothing.shape == every.shape and not nothing.any()


def test_what_cannot_be_evidence_need_not_be_asked_about(shop: Dataset) -> None:
    entries = tuple(entry for user in range(12) for entry in shop.history(user))
    random = np.random.default_rng(0)
    for item in range(len(shop.catalog)):
        weights = random.normal(size=len(entries)).astype(np.float32)
        may = may_speak_for(shop.catalog, item, entries, 4.0)
        assert 0 < len(may) < len(entries)
        known = np.zeros_like(weights)
        known[list(may)] = weights[list(may)]
        expected = attributed_evidence(shop.catalog, item, (entries, weights))
        assert attributed_evidence(shop.catalog, item, (entries, known)) == expected


def test_evidence_names_liked_items_that_carried_the_score_and_share_a_fact(shop: Dataset) -> None:
    target = 4
    entries = tuple(entry for user in range(12) for entry in shop.history(user))
    liked = next(e for e in entries if e.item % 4 == 0 and e.item != target and e.rating == 5.0)
    other = next(e for e in entries if e.item % 4 == 1 and abs(e.item - target) > 12 and e.rating == 5.0)
    disliked = next(e for e in entries if e.item == 8 and e.rating is not None and e.rating < 4)
    past, weights = (liked, other, disliked), np.array([0.2, 0.9, 0.5], dtype=np.float32)
    text = attributed_evidence(shop.catalog, target, (past, weights)).text
    assert shop.catalog[liked.item].title in text
    assert shop.catalog[other.item].title not in text
    assert shop.catalog[8].title not in text
    against = attributed_evidence(shop.catalog, target, (past, -weights)).text
    assert shop.catalog[liked.item].title not in against


def named(shop: Dataset, *entries: Entry, threshold: float = 4.0) -> list[int]:
    """Rows that the evidence for film 4 names, each entry having carried as much as the others."""
    weights = np.ones(len(entries), dtype=np.float32)
    text = attributed_evidence(shop.catalog, 4, (entries, weights), like_threshold=threshold).text
    return [row for row, item in enumerate(shop.catalog) if item.title in text]


def test_what_counts_as_liked_is_what_the_recipe_says(shop: Dataset) -> None:
    """Films 0 and 8 are comedies like 4."""
    past = Entry(0, ACTIONS.index("rating_3"), 3.0), Entry(8, ACTIONS.index("rating_5"), 5.0)
    assert named(shop, *past) == [8]
    assert named(shop, *past, threshold=3.0) == [0, 8]


def test_an_item_is_no_reason_for_itself_nor_is_one_disliked_by_an_event(shop: Dataset) -> None:
    """Of two places in the evidence none goes to 4 itself or to the disliked 0; 8 and 12 are left."""
    itself, liked = Entry(4, ACTIONS.index("like")), [Entry(row, ACTIONS.index("like")) for row in (8, 12)]
    assert named(shop, itself, Entry(0, ACTIONS.index("dislike")), *liked) == [8, 12]


def test_a_model_in_use_goes_by_the_threshold_of_its_recipe(model: TrainedModel, shop: Dataset) -> None:
    data = dict(model.recipe["data"]) | {"like_threshold": 5.5}
    strict = TrainedModel(model.network, model.tokenizer, model.catalog, dict(model.recipe) | {"data": data})
    usual = [item.evidence for item in Recommender(model, lambda: shop).recommend("u3", k=5)]
    assert any("liked" in text for text in usual)
    assert not any("liked" in item.evidence for item in Recommender(strict, lambda: shop).recommend("u3", k=5))


def test_a_second_item_must_leave_something_in_common_and_the_decade_alone_comes_last(shop: Dataset) -> None:
    """Film 4 is a comedy of 1974; 1 is a drama of 1971, 8 a comedy of 1978, 16 a comedy of 1986."""
    assert speaking_for(shop.catalog, 4, [], [1, 8, 16]) == [8, 16]
    assert speaking_for(shop.catalog, 4, [], [1, 2]) == [1, 2]
    assert speaking_for(shop.catalog, 4, [8], [1, 16]) == [8, 16]
    assert speaking_for(shop.catalog, 4, [1], []) == [1]
    assert speaking_for(shop.catalog, 4, [], []) == []


def test_a_film_that_the_catalog_holds_twice_is_named_once() -> None:
    films = [CatalogItem(str(row), title, "", {"genre": ("Comedy",)}) for row, title in enumerate("AABC")]
    assert speaking_for(Catalog(tuple(films)), 3, [], [0, 1, 2]) == [0, 2]
    assert speaking_for(Catalog(tuple(films)), 1, [], [0, 2]) == [2]
