"""T5 and its kin, tiny and with random weights, in the Hugging Face layout, with a tokenizer of their kind."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import nn
from transformers import (
    MT5Config,
    MT5ForConditionalGeneration,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

SPECIALS: Final = ("<pad>", "</s>", "<unk>", "<extra_id_0>")
KINDS: Final[dict[str, tuple[type[Any], type[Any], bool]]] = {
    "t5": (T5Config, T5ForConditionalGeneration, True),
    "t5 v1.1": (T5Config, T5ForConditionalGeneration, False),
    "mt5": (MT5Config, MT5ForConditionalGeneration, False),
}
"""Configuration, model, and whether it writes with its token embeddings."""
SIZES: Final = {"d_model": 16, "d_kv": 4, "d_ff": 24, "num_heads": 2, "relative_attention_num_buckets": 8}


def unigram(texts: Iterable[str], size: int = 400) -> PreTrainedTokenizerFast:
    """A tokenizer as T5 has it, trained on some texts."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    specials = [*SPECIALS]
    trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=specials, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    end = ("</s>", tokenizer.token_to_id("</s>"))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[end])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_input_names=["input_ids"],
    )


def t5(kind: str, rows: int, layers: int = 2, decoder_layers: int = 2) -> PreTrainedModel:
    """A model of a kind; one that has a head of its own gets other weights there."""
    config, model, is_tied = KINDS[kind]
    torch.manual_seed(1)
    sizes = SIZES | {"num_layers": layers, "num_decoder_layers": decoder_layers, "decoder_start_token_id": 0}
    found: PreTrainedModel = model(config(vocab_size=rows, tie_word_embeddings=is_tied, **sizes))
    if not is_tied:
        found.lm_head.weight = nn.Parameter(torch.randn(rows, SIZES["d_model"]))
    with torch.no_grad():
        for name, weight in found.named_parameters():
            if "layer_norm" in name:  # those of a fresh model are all ones
                weight.add_(torch.randn_like(weight) * 0.2)
    return found.eval()


def saved_t5(folder: Path, texts: Iterable[str], kind: str = "t5", **layers: int) -> Path:
    """Save a model and its tokenizer in `folder`."""
    tokenizer = unigram(texts)
    t5(kind, len(tokenizer) + 3, **layers).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
