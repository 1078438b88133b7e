from collections.abc import Callable

import pytest

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.errors import RequestError
from tastemaker.inference import talking
from tastemaker.inference.conversation import Conversation
from tastemaker.inference.hearing import MOST_TOKENS
from tastemaker.inference.held_conversation import HeldConversation
from tastemaker.inference.recommender import Recommender
from tastemaker.model import tokenizer as markers
from tastemaker.tasks.talks import Said


@pytest.fixture
def held(model: TrainedModel, shop: Dataset) -> Recommender:
    """The model as if all of its dialogues had been held by people."""
    tasks = dict(model.recipe["tasks"]) | {"dialogue": dict(model.recipe["tasks"]["dialogue"]) | {"simulated_share": 0}}
    return Recommender(
        TrainedModel(model.network, model.tokenizer, model.catalog, dict(model.recipe) | {"tasks": tasks}), lambda: shop
    )


@pytest.fixture
def dictate(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the model write these words, a stretch after the other; an item follows all but the last of a reply."""

    def these(*stretches: tuple[str, int]) -> None:
        left = list(stretches)

        def write(reader: object, rows: list[object], stops: object, most: int, no_repeat: int) -> list[list[int]]:
            return [[*model.tokenizer.encode(words), stop] for words, stop in (left.pop(0) for _ in rows)]

        monkeypatch.setattr(talking, "write", write)

    return these


def test_a_reply_is_words_and_titles_and_the_first_item_is_what_it_recommends(held, dictate) -> None:
    conversation = held.chat()
    assert isinstance(conversation, HeldConversation)
    dictate(("a film", markers.REC), (", or", markers.REC), ("? a year .", markers.END))
    reply = conversation.say(" I liked the great journey c2, a lot ")
    heard, told = conversation.turns
    assert heard == Said("user", ("I liked", ", a lot"), (2,), True)
    first, second = (held.model.catalog[row] for row in told.items)
    assert reply.text == f"a film {first.title}, or {second.title}? a year."
    assert reply.recommended is not None and reply.recommended.item_id == first.item_id
    assert 0 < reply.recommended.score < 1 and reply.recommended.reason == ""


def test_words_alone_are_a_reply(held, dictate) -> None:
    conversation = held.chat()
    dictate(("a film ?", markers.END))
    reply = conversation.say("hello")
    assert reply.text == "a film?" and reply.recommended is None
    assert conversation.turns[1] == Said("assistant", ("a film ?",), (), True)


def test_stated_wishes_are_obeyed_and_nothing_comes_up_twice(held, dictate) -> None:
    conversation = held.chat(history=["i3", "i7"])
    rows: list[int] = []
    for words in ("a western, not the great journey l11", "another", "and another", "one more"):
        dictate(("a film", markers.REC), ("", markers.END))
        conversation.say(words)
        rows += conversation.turns[-1].items
    assert sorted(rows[:3]) == [15, 19, 23], "of the six westerns two are known and one was named"
    assert len(set(rows)) == 4 and not {3, 7, 11} & set(rows), "then the wish is let go"


def test_it_ends_where_all_items_are_known(held, dictate) -> None:
    conversation = held.chat(history=[item.item_id for item in held.model.catalog])
    dictate(("a film", markers.END))
    assert conversation.say("anything").recommended is None


@pytest.mark.parametrize("words", ["film " * 10_000, "x" * 10_000, "\N{CLAPPER BOARD}" * 1000, "\u7535\u5f71" * 1000])
def test_bad_words_are_read_as_far_as_they_go(held: Recommender, words: str) -> None:
    conversation = held.chat()
    with pytest.raises(RequestError, match="say something"):
        conversation.say(" \t")
    conversation.say(words + " <rec> a western")
    encode = held.model.tokenizer.encode
    assert len(encode(" ".join(conversation.turns[0].words))) <= MOST_TOKENS + 8
    assert [turn.speaker for turn in conversation.turns] == ["user", "assistant"]


def test_the_form_of_a_dialogue_is_that_of_training(model: TrainedModel, shop: Dataset) -> None:
    assert isinstance(Recommender(model, lambda: shop).chat(), Conversation)
    model.network.item_mentions.replies[3] = 1.0
    assert isinstance(Recommender(model, lambda: shop).chat(), HeldConversation)
    tasks = dict(model.recipe["tasks"])
    tasks["dialogue"] = dict(tasks["dialogue"]) | {"simulated_share": 0.5}
    mixed = TrainedModel(model.network, model.tokenizer, model.catalog, dict(model.recipe) | {"tasks": tasks})
    assert isinstance(Recommender(mixed, lambda: shop).chat(), Conversation)
