"""A conversation reads only what is new, and says what it would have said after reading all of it again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.inference.beginnings import Beginnings
from tastemaker.inference.conversation import Conversation
from tastemaker.inference.held_conversation import HeldConversation
from tastemaker.inference.reading import Reader
from tastemaker.inference.recommender import Recommender
from tastemaker.model.backbone import Places
from tastemaker.model.recurrence import Recurrent
from tastemaker.model.row import Row
from tastemaker.tasks.example import History, Text
from tests.conftest import new_model
from tests.model.pretrained_models import saved
from tests.model.pretrained_shops import shop_model

SAID = ("a comedy please", "no, another", "a drama from the 1990s")
TASKS_OF_SHOP = ("next_item", "explanation", "dialogue")
WINDOW = 64


def recurrent(model: TrainedModel) -> TrainedModel:
    """A model whose band of positions is shorter than what it reads."""
    network = model.network
    network.config = replace(network.config, backbone="recurrence", window=WINDOW, longest=400)
    network.backbone = Recurrent(network.config, model.tokenizer.size).eval()
    return replace(model, recipe=dict(model.recipe) | {"model": vars(network.config)})


@pytest.fixture(params=["nano", "recurrence", "decoder", "decoder with history layers"])
def any_model(request: pytest.FixtureRequest, shop: Dataset, tmp_path: Path) -> TrainedModel:
    """Of every kind that goes on with what it has read; the weights are large enough for words to matter."""
    if request.param in ("nano", "recurrence"):
        model = new_model(shop)
        model = recurrent(model) if request.param == "recurrence" else model
    else:
        layers = 1 if "layers" in request.param else None
        model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=layers)
    torch.manual_seed(1)
    for weight in model.network.parameters():
        if weight.ndim == 2:
            torch.nn.init.normal_(weight, std=0.2)
    return model


def long_past(shop: Dataset) -> tuple[Entry, ...]:
    """Longer than the band, and of few films."""
    return (shop.history(1)[:5] * WINDOW)[: WINDOW + 6]


@pytest.mark.parametrize("form", [lambda reader, past: Conversation(reader, past, 100), HeldConversation])
def test_it_says_what_it_would_have_said_having_read_all_again(
    any_model: TrainedModel, shop: Dataset, form: Callable[..., Any]
) -> None:
    plain = Reader(any_model).doing("dialogue")
    again, on = form(plain, long_past(shop)), form(plain.conversing(), long_past(shop))
    for words in SAID:
        expected, found = again.say(words), on.say(words)
        assert found.text == expected.text
        assert (found.recommended is None) == (expected.recommended is None)
        if found.recommended and expected.recommended:
            assert found.recommended.score == pytest.approx(expected.recommended.score, rel=1e-3)


@pytest.fixture
def read(any_model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many positions the backbone reads, call by call, behind a cache or not."""
    lengths: list[int] = []
    backbone = any_model.network.backbone
    plain = backbone.read

    def counted(embeddings: torch.Tensor, *others: Any) -> Any:
        lengths.append(embeddings.shape[1])
        return plain(embeddings, *others)

    monkeypatch.setattr(backbone, "read", counted)
    yield lengths


def row_of(model: TrainedModel, *words: str) -> Row:
    return Reader(model).text_row((History(()), *(Text(said, "user") for said in words)))


def test_a_row_is_read_from_where_it_differs_on(any_model: TrainedModel, read: list[int]) -> None:
    network, vectors, begun = any_model.network, any_model.network.item_vectors(), Beginnings()
    short, long, other, on = (row_of(any_model, *words) for words in (SAID[:1], SAID, ("hi",), ("hi", "again")))
    new = (len(short), len(long) - len(short), 0, len(other), len(on) - len(other))
    for row, expected in zip((short, long, long, other, on), new, strict=True):
        read.clear()
        states, cache = begun.read(network, vectors, row)
        assert sum(read) == expected
        whole, _ = Beginnings().read(network, vectors, row)
        torch.testing.assert_close(states, whole, rtol=1e-4, atol=1e-4)
        network.backbone.read(states[:, -1:], _one(), cache)  # used up, which the next row must not see


def _one() -> Places:
    return Places(torch.ones(1, 1, dtype=torch.bool), torch.zeros(1, dtype=torch.long))


def test_every_conversation_has_read_its_own(model: TrainedModel, shop: Dataset) -> None:
    recommender = Recommender(model, lambda: shop)
    first, second = recommender.chat(user="u1"), recommender.chat(user="u2")
    assert first._reader.begun is not second._reader.begun
    assert first._reader.vectors is second._reader.vectors


def test_a_backbone_that_sees_ahead_reads_anew(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.network.backbone, "reads_ahead", True)
    assert Reader(model).conversing().begun is None
