"""Histories have a dropout of their own, in training alone, wherever layers made from scratch read them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tastemaker.data.dataset import Dataset
from tastemaker.model.backbone import Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.nano import Nano
from tastemaker.model.recurrence import Recurrent
from tastemaker.training.config import TrainingConfig
from tastemaker.training.execution import set_execution
from tests.model.pretrained_models import saved
from tests.model.pretrained_shops import shop_model

WIDTH, WINDOW = 16, 64
PLACES = Places(torch.ones(2, 2 * WINDOW, dtype=torch.bool), torch.full((2,), 2 * WINDOW), has_words=False)
HELD = {"width": WIDTH, "layers": 2, "heads": 2, "window": WINDOW, "dropout": 0.0}


def embeddings(length: int) -> Tensor:
    return torch.randn(2, length, WIDTH, generator=torch.Generator().manual_seed(0))


def places(length: int, *, has_words: bool) -> Places:
    return replace(PLACES, mask=PLACES.mask[:, :length], has_words=has_words)


@pytest.mark.parametrize("length", [9, 2 * WINDOW])
@pytest.mark.parametrize("backbone", ["nano", "recurrence"])
def test_only_rows_without_words_have_it(backbone: str, length: int) -> None:
    config = ModelConfig(backbone=backbone, history_dropout=0.5, **HELD)
    made = (Nano if backbone == "nano" else Recurrent)(config, 20)
    rows = embeddings(length)
    words, histories = (places(length, has_words=has) for has in (True, False))
    assert torch.equal(made(rows, words), made(rows, words))
    assert not torch.allclose(made(rows, histories), made(rows, histories), atol=1e-2)
    made.eval()
    assert torch.equal(made(rows, histories), made(rows, words))


def test_where_it_is_not_set_all_rows_have_the_same() -> None:
    made = Nano(ModelConfig(**HELD | {"dropout": 0.5}), 20)
    found = []
    for has_words in (True, False):
        torch.manual_seed(0)
        found.append(made(embeddings(9), places(9, has_words=has_words)))
    assert torch.equal(*found)
    assert not torch.allclose(found[0], made.eval()(embeddings(9), places(9, has_words=True)), atol=1e-2)


def test_layers_of_histories_beside_a_pretrained_decoder_have_it(shop: Dataset, tmp_path: Path) -> None:
    folder = saved("llama", tmp_path)
    network = shop_model(shop, folder, ("next_item", "explanation"), history_layers=1, history_dropout=0.5).network
    backbone = network.backbone.train()
    rows = torch.randn(2, 9, backbone.width)
    words, histories = (places(9, has_words=has) for has in (True, False))
    assert torch.equal(backbone(rows, words), backbone(rows, words))
    assert not torch.allclose(backbone(rows, histories), backbone(rows, histories))


def test_states_computed_again_for_the_gradient_have_the_dropout_of_their_batch() -> None:
    made, found = Nano(ModelConfig(history_dropout=0.5, **HELD), 20), []
    for is_kept in (True, False):
        if not is_kept:
            set_execution(made, TrainingConfig(gradient_checkpointing=True), torch.device("cpu"))
        made.zero_grad(set_to_none=True)
        torch.manual_seed(0)
        both = [made(embeddings(9), places(9, has_words=has)).square().sum() for has in (False, True)]
        torch.stack(both).sum().backward()
        found.append({name: it.grad for name, it in made.named_parameters() if it.grad is not None})
    assert found[0].keys() == found[1].keys() != set()
    for name, gradient in found[0].items():
        torch.testing.assert_close(gradient, found[1][name], rtol=1e-4, atol=1e-5, msg=name)
