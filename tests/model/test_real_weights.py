"""SmolLM2 and MiniLM with the weights that they come with; skipped where they are not cached: tests fetch nothing."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from tastemaker.data.dataset import Dataset
from tastemaker.data.download import cache_folder
from tastemaker.model.batch import collate
from tastemaker.model.gguf_file import converted_place
from tastemaker.model.pretrained import SMOLLM2
from tastemaker.model.row import Position, Row
from tastemaker.model.sentence_encoder import MINILM
from tastemaker.model.tokenizer import MARKERS
from tests.model.pretrained_shops import shop_model

TEXT = "Blade Runner (1982) is a science fiction film of the 1980s."

pytestmark = [pytest.mark.slow, pytest.mark.data]


def cached(place: Path) -> Path:
    if not place.is_dir():
        pytest.skip(f"{place.name} is not cached")
    return place


def test_smollm2_gives_its_own_logits(shop: Dataset) -> None:
    folder = cached(converted_place("SmolLM2-135M-Instruct.Q4_1.gguf", SMOLLM2.members[next(iter(SMOLLM2.members))]))
    model = shop_model(shop, folder, ("next_item", "dialogue"), trim_vocabulary=False)
    tokens = model.tokenizer.encode(TEXT)
    theirs = AutoTokenizer.from_pretrained(folder)(f" {TEXT}", add_special_tokens=False).input_ids
    assert [token - len(MARKERS) for token in tokens] == theirs
    with torch.no_grad():
        states = model.network(collate([Row.of([Position(token) for token in tokens])]), model.network.item_vectors())
        logits = model.network.text_logits(states)[:, len(MARKERS) :]
        raw = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        expected = raw(torch.tensor([theirs])).logits[0]
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-3)


def test_minilm_gives_its_own_states(shop: Dataset) -> None:
    folder = cached(cache_folder() / f"{MINILM.name}-{MINILM.version}")
    model = shop_model(shop, folder, ("next_item", "rating"), trim_vocabulary=False)
    tokens = [token - len(MARKERS) for token in model.tokenizer.encode(TEXT)]
    assert tokens == AutoTokenizer.from_pretrained(folder)(TEXT, add_special_tokens=False).input_ids
    row = Row.of([Position(token + len(MARKERS)) for token in tokens])
    with torch.no_grad():
        states = model.network(collate([row]), model.network.item_vectors())
        expected = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()(torch.tensor([tokens]))
    torch.testing.assert_close(states, expected.last_hidden_state[0], rtol=1e-4, atol=1e-3)
