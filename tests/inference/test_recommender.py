import math
from dataclasses import replace

import numpy as np
import pytest

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import RequestError
from tastemaker.inference.hearing import MOST_TOKENS
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.recommender import Recommender
from tastemaker.tasks import TASKS


@pytest.fixture
def recommender(model: TrainedModel, shop: Dataset) -> Recommender:
    return Recommender(model, lambda: shop)


def test_what_a_user_has_seen_is_not_recommended(recommender: Recommender, shop: Dataset) -> None:
    found = recommender.recommend(user="u3", k=24)
    seen = {shop.catalog[entry.item].item_id for entry in shop.history(3)}
    assert len(found) == 24 - len(seen)
    assert not seen & {item.item_id for item in found}
    assert math.isclose(sum(item.score for item in found), 1.0, rel_tol=1e-5)
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert all(item.reason and item.evidence for item in found)


def test_a_data_set_that_grew_after_training_is_read_by_ids(model: TrainedModel, shop: Dataset) -> None:
    """Rows move where items are added; what came after training the model does not know."""
    before = Recommender(model, lambda: shop)
    new = CatalogItem("new", "A film of this year", attributes={"genre": ("Comedy",)})
    moved = Catalog((new, *shop.catalog))
    grown = replace(shop, catalog=moved, items=shop.items + 1)
    after = Recommender(model, lambda: grown)
    assert after.entries("u3") == before.entries("u3")
    assert after.rank(["u1", "u3"], k=5).equals(before.rank(["u1", "u3"], k=5))
    bought = replace(grown, items=np.concatenate(([0], grown.items[1:])))
    assert Recommender(model, lambda: bought).entries(shop.user_ids[0]) == before.entries(shop.user_ids[0])[1:]


def test_reasons_cost_nothing_where_none_are_asked_for(recommender: Recommender) -> None:
    with_reasons, without = recommender.recommend("u1", k=3), recommender.recommend("u1", k=3, reasons=False)
    assert [item.item_id for item in with_reasons] == [item.item_id for item in without]
    assert {item.reason for item in without} == {""}


def test_titles_and_nobody_are_served_too(recommender: Recommender) -> None:
    found = recommender.recommend(history=["the great journey c2", "i5"], k=5)
    assert len(found) == 5 and not {"i2", "i5"} & {item.item_id for item in found}
    assert len(recommender.recommend(k=5)) == 5


def test_an_explanation_weighs_every_past_item(recommender: Recommender, shop: Dataset) -> None:
    told = recommender.explain("i7", user="u2")
    assert {part.item_id for part in told.contributions} == {shop.catalog[e.item].item_id for e in shop.history(2)}
    sizes = [abs(part.weight) for part in told.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert told.title == "The Great Journey h7 (1977)" and 0 < told.score < 1


def test_a_model_without_explanations_falls_back_on_the_template(model: TrainedModel, shop: Dataset) -> None:
    recipe = dict(model.recipe) | {"tasks": {"next_item": dict(model.recipe["tasks"]["next_item"])}}
    plain = Recommender(TrainedModel(model.network, model.tokenizer, model.catalog, recipe), lambda: shop)
    assert all(item.reason[0].isupper() for item in plain.recommend("u1", k=3))
    with pytest.raises(RequestError, match="was not trained on dialogue"):
        plain.chat()


def test_a_model_that_was_taught_with_hints_gets_one_in_use(model: TrainedModel, shop: Dataset) -> None:
    tasks = model.recipe["tasks"]
    recipe = dict(model.recipe) | {"tasks": tasks | {"explanation": tasks["explanation"] | {"hint": True}}}
    hinted = Recommender(TrainedModel(model.network, model.tokenizer, model.catalog, recipe), lambda: shop)
    for plain, told in zip(
        Recommender(model, lambda: shop).recommend("u1", k=3), hinted.recommend("u1", k=3), strict=True
    ):
        (genre,) = model.catalog[model.catalog.rows[told.item_id]].values("genre")
        assert told.evidence == f"{plain.evidence}; about {genre.lower()}"


@pytest.mark.parametrize("words", ["film " * 10_000, "x" * 10_000, "\N{CLAPPER BOARD}" * 1000, "\u7535\u5f71" * 1000])
def test_of_many_words_the_last_are_read(recommender: Recommender, words: str) -> None:
    conversation = recommender.chat()
    conversation.say(words + " a western")
    heard = conversation.turns[0].text
    assert heard.endswith(" a western")
    assert (
        len(recommender.model.tokenizer.encode(heard)) <= MOST_TOKENS + 8
    )  # halves of a character come back as three bytes


def test_a_turn_of_usual_length_is_read_whole(recommender: Recommender) -> None:
    conversation = recommender.chat()
    conversation.say(" I liked The Great Journey c2. ")
    assert conversation.turns[0].text == "I liked The Great Journey c2."


@pytest.mark.parametrize("k", [0, 25])
def test_k_must_fit_the_catalog(recommender: Recommender, k: int) -> None:
    with pytest.raises(RequestError, match=f"k must lie between 1 and the catalog's 24 items, found {k}"):
        recommender.recommend(k=k)


def test_ids_are_known_however_they_are_typed(recommender: Recommender) -> None:
    """As `prepare` spells them: nothing invisible, accents composed."""
    assert recommender.entries("\ufeffu1") == recommender.entries(" u1\u200b") == recommender.entries("u1")


def test_an_unknown_user_is_named(recommender: Recommender) -> None:
    with pytest.raises(RequestError, match="user 'nobody' is not among the 12 users"):
        recommender.recommend("nobody")


def test_a_conversation_never_recommends_twice_and_needs_words(recommender: Recommender) -> None:
    conversation = recommender.chat(user="u1")
    with pytest.raises(RequestError, match="say something"):
        conversation.say("  ")
    replies = [conversation.say(words) for words in ("a comedy please", "no, another", "<rec> a drama")]
    items = [reply.recommended.item_id for reply in replies if reply.recommended]
    assert len(items) == len(set(items))
    assert [turn.speaker for turn in conversation.turns] == ["user", "assistant"] * 3


def test_a_conversation_recommends_nothing_seen_even_before_what_it_reads(model: TrainedModel, shop: Dataset) -> None:
    """It reads the last 2 of 14 entries."""
    tasks = dict(model.recipe["tasks"]) | {"dialogue": dict(model.recipe["tasks"]["dialogue"]) | {"max_history": 2}}
    short = TrainedModel(model.network, model.tokenizer, model.catalog, dict(model.recipe) | {"tasks": tasks})
    for user in range(12):
        conversation = Recommender(short, lambda: shop).chat(user=f"u{user}")
        seen = {shop.catalog[entry.item].item_id for entry in shop.history(user)}
        replies = [conversation.say(words) for words in ("a comedy please", "no, another", "a drama")]
        assert not seen & {reply.recommended.item_id for reply in replies if reply.recommended}


def test_every_task_is_answered_in_batches_as_one_by_one(model: TrainedModel, shop: Dataset) -> None:
    predictor = Predictor(model)
    for task in TASKS.values():
        examples = list(task().examples(shop, Split.TEST))[:5]
        if task().name == "next_item":
            together = predictor.item_scores(examples)
            assert together.shape == (5, 24)
            assert abs(together[3] - predictor.item_scores(examples[3:4])[0]).max() < 1e-4
        elif task().name in ("rating", "like"):
            values = predictor.values(examples)
            assert abs(values[3] - predictor.values(examples[3:4])[0]).max() < 1e-4
        elif task().name in ("sentiment", "category"):
            assert (predictor.classes(examples)[3] == predictor.classes(examples[3:4])[0]).all()
        else:
            together, alone = predictor.replies(examples)[3], predictor.replies(examples[3:4])[0]
            assert replace(together, chance=0) == replace(alone, chance=0)
            assert abs(together.chance - alone.chance) < 1e-4
