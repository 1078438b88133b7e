"""Which causal language models of transformers can be read and written through our own tables."""

from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from transformers import AutoModelForCausalLM, PreTrainedConfig

from tastemaker.errors import RecipeError
from tastemaker.model.config import ModelConfig
from tastemaker.model.decoder_probe import gives_the_same
from tastemaker.model.pretrained_choice import choose
from tests.model.pretrained_tokenizers import TOKENIZERS, with_template

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
LLAMA = SIZES | {"intermediate_size": 32, "num_key_value_heads": 2, "max_position_embeddings": 256}
GPT = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 256}
FIT = ("Llama", "Mistral", "Qwen2", "Qwen3", "Phi3", "Olmo2", "SmolLM3", "StableLm", "Granite")
FIT += ("GPT2", "Bloom", "GPTNeoX", "Falcon", "OPT")
UNFIT = ("Gemma", "Gemma3Text", "Phi", "GPTJ", "CodeGen", "XGLM", "Mamba")
OWN: dict[str, dict[str, Any]] = {
    "GPT2": GPT,
    "GPTJ": GPT | {"rotary_dim": 8},
    "CodeGen": GPT | {"rotary_dim": 8},
    "Bloom": {"hidden_size": 32, "n_layer": 2, "n_head": 4},
    "Falcon": SIZES,
    "GPTNeoX": SIZES | {"intermediate_size": 32},
    "OPT": SIZES | {"ffn_dim": 32, "word_embed_proj_dim": 32, "max_position_embeddings": 256},
    "XGLM": {"d_model": 32, "ffn_dim": 32, "num_layers": 2, "attention_heads": 4, "max_position_embeddings": 256},
    "Mamba": {"hidden_size": 32, "num_hidden_layers": 2, "state_size": 4},
    "Gemma": LLAMA | {"head_dim": 8},
    "Gemma3Text": LLAMA | {"head_dim": 8},
    "Qwen3": LLAMA | {"head_dim": 8},
}
"""What the sizes of a kind are called, where not as in Llama."""


def sized(name: str, vocabulary: int = 300) -> PreTrainedConfig:
    kind = getattr(transformers, f"{name}Config")
    found: PreTrainedConfig = kind(vocab_size=vocabulary, pad_token_id=0, **OWN.get(name, LLAMA))
    return found


@pytest.mark.parametrize("name", FIT)
def test_these_give_under_our_tables_what_they_give_by_themselves(name: str) -> None:
    assert gives_the_same(sized(name))


@pytest.mark.parametrize("name", UNFIT)
def test_these_do_not(name: str) -> None:
    """Longer embeddings (Gemma, XGLM), a bias in the head (Phi, GPT-J, CodeGen), no keys and values (Mamba)."""
    assert not gives_the_same(sized(name))


def test_one_that_does_not_is_refused_with_the_recipe(tmp_path: Path) -> None:
    tokenizer = with_template(TOKENIZERS["byte_level"](), None)
    tokenizer.save_pretrained(tmp_path)
    AutoModelForCausalLM.from_config(sized("Gemma", len(tokenizer))).save_pretrained(tmp_path)
    drawn = torch.get_rng_state()
    with pytest.raises(
        RecipeError,
        match=r"model.backbone: expected a causal language model that reads .* found .*\(gemma\), which does ",
    ):
        choose(ModelConfig(backbone=str(tmp_path), window=256), lambda line: None)
    assert torch.equal(torch.get_rng_state(), drawn)
