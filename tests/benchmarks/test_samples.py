"""Pages to be read by people, from an untrained model."""

import pytest

from benchmarks.conversations import SCRIPTS
from benchmarks.samples import conversations_page, judged, reasons_page
from benchmarks.speed import users_per_second
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.title_forms import printed_title
from tastemaker.evaluation.truth import Truth
from tastemaker.inference.answers import Recommendation
from tastemaker.inference.recommender import Recommender


@pytest.fixture(autouse=True)
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An untrained model never ends by itself."""
    monkeypatch.setattr("tastemaker.inference.replying.MOST_TOKENS", 4)


def test_every_user_of_the_sample_has_a_reason_with_its_card(model: TrainedModel, shop: Dataset) -> None:
    page = reasons_page(Recommender(model, lambda: shop), seed=0)
    assert page.startswith("# 12 reasons\n\nModel output"), "there are but twelve users"
    assert page.count("\n## ") == page.count("- card: The Great Journey") == page.count("- grounded: ") == 12


def test_every_script_is_played_half_of_them_with_a_history(model: TrainedModel, shop: Dataset) -> None:
    page = conversations_page(Recommender(model, lambda: shop), seed=0)
    assert len(SCRIPTS) == 10
    assert page.count("A stored user; last liked: ") == page.count("Somebody of whom nothing is known.") == 5
    assert page.count("> **user:** ") == page.count("> **assistant:** ") == sum(len(it.turns) for it in SCRIPTS)


def test_false_facts_are_found(model: TrainedModel, shop: Dataset) -> None:
    recommender = Recommender(model, lambda: shop)
    truth = Truth(shop, recommender.reader.extractor)
    past = recommender.entries("u0")
    liked = next(entry for entry in past if shop.likes(entry))
    title, item = printed_title(shop.catalog[liked.item]), shop.catalog[23]
    assert item.attributes["genre"] == ("Western",)
    reason = f"You liked {title}, another western, also a comedy."
    stated, false = judged(recommender, truth, past, Recommendation(item.item_id, "", 0.5, reason, f"liked {title}"))
    assert stated == {("title", title), ("genre", "Western"), ("genre", "Comedy")}
    assert false == {("genre", "Comedy")}


def test_many_users_are_ranked_at_a_time(model: TrainedModel, shop: Dataset) -> None:
    assert users_per_second(Recommender(model, lambda: shop)) > 0
