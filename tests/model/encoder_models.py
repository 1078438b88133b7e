"""Tiny encoders of several kinds with random weights, in the Hugging Face layout."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from transformers import (
    AlbertConfig,
    AutoModel,
    BertConfig,
    DebertaV2Config,
    DistilBertConfig,
    FNetConfig,
    FunnelConfig,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedConfig,
    RobertaConfig,
)

from tests.model.pretrained_tokenizers import TOKENIZERS, with_template

SIZES: Final[dict[str, Any]] = {"hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 32}
HEADS: Final[dict[str, Any]] = {**SIZES, "num_attention_heads": 2}


def distilbert(rows: int) -> PreTrainedConfig:
    return DistilBertConfig(vocab_size=rows, max_position_embeddings=256, dim=16, n_layers=2, n_heads=2, hidden_dim=32)


ENCODERS: Final[dict[str, Callable[[int], PreTrainedConfig]]] = {
    "bert": lambda rows: BertConfig(vocab_size=rows, max_position_embeddings=256, **HEADS),
    "roberta": lambda rows: RobertaConfig(vocab_size=rows, max_position_embeddings=258, pad_token_id=1, **HEADS),
    "mpnet": lambda rows: MPNetConfig(vocab_size=rows, max_position_embeddings=258, pad_token_id=1, **HEADS),
    "distilbert": distilbert,
    "modernbert": lambda rows: ModernBertConfig(vocab_size=rows, max_position_embeddings=256, pad_token_id=0, **HEADS),
    "deberta-v2": lambda rows: DebertaV2Config(
        vocab_size=rows, max_position_embeddings=256, relative_attention=True, pos_att_type=["p2c", "c2p"], **HEADS
    ),
}
UNFIT: Final[dict[str, Callable[[int], PreTrainedConfig]]] = {
    "fnet": lambda rows: FNetConfig(vocab_size=rows, max_position_embeddings=256, **SIZES),
    "albert": lambda rows: AlbertConfig(vocab_size=rows, max_position_embeddings=256, embedding_size=8, **HEADS),
    "funnel": lambda rows: FunnelConfig(
        vocab_size=rows, d_model=16, n_head=2, d_head=8, d_inner=32, block_sizes=[1, 1], architectures=["FunnelModel"]
    ),
}
"""The states of the first depend on padding, the embeddings of the second are narrower than its states, and the third
is not told how many layers it has."""


def saved_encoder(name: str, folder: Path) -> Path:
    """Save an encoder and its tokenizer in `folder`."""
    specials = {"mask_token": "[MASK]", "cls_token": "[CLS]", "pad_token": "[PAD]"}
    tokenizer = with_template(TOKENIZERS["word_piece"](), None, **specials)
    torch.manual_seed(0)
    AutoModel.from_config((ENCODERS | UNFIT)[name](len(tokenizer))).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
