"""Tiny models of every family with random weights, in the Hugging Face layout."""

from pathlib import Path

import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    T5Config,
    T5ForConditionalGeneration,
)

from tests.model.pretrained_tokenizers import CHATML, TOKENIZERS, with_template


def llama(rows: int) -> PreTrainedModel:
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(vocab_size=rows, num_key_value_heads=2, max_position_embeddings=256, **sizes)
    return LlamaForCausalLM(config)


def gpt2(rows: int) -> PreTrainedModel:
    return GPT2LMHeadModel(GPT2Config(vocab_size=rows, n_embd=16, n_layer=3, n_head=2, n_positions=256))


def qwen2(rows: int) -> PreTrainedModel:
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4}
    limits = {"num_key_value_heads": 2, "max_position_embeddings": 256}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=rows + 8, tie_word_embeddings=True, **limits, **sizes))


def bert(rows: int) -> PreTrainedModel:
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return BertForMaskedLM(BertConfig(vocab_size=rows, max_position_embeddings=40, **sizes))


def t5(rows: int) -> PreTrainedModel:
    sizes = {"d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 2, "num_heads": 2}
    return T5ForConditionalGeneration(T5Config(vocab_size=rows, decoder_start_token_id=0, **sizes))


MODELS = {
    "llama": (llama, "byte_level", "decoder"),
    "gpt2": (gpt2, "byte_level", "decoder"),
    "qwen2": (qwen2, "byte_level", "decoder"),
    "bert": (bert, "word_piece", "encoder"),
    "t5": (t5, "unigram", "encoder_decoder"),
}
"""How it is made, its kind of tokenizer, its family."""


def saved(name: str, folder: Path, spare_rows: int = 0) -> Path:
    """Save a model and its tokenizer in `folder`."""
    make, kind, _ = MODELS[name]
    tokenizer = with_template(TOKENIZERS[kind](), CHATML if name == "llama" else None)
    torch.manual_seed(0)
    make(len(tokenizer) + spare_rows).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
