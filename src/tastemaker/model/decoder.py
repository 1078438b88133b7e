"""The decoder family: any causal language model of transformers, such as Llama, GPT-2, Qwen or SmolLM2."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel

from tastemaker.model.adaptation import adapt
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.post_norm import HistoryReader, Sizes
from tastemaker.model.token_table import TokenTable


class Decoder(nn.Module):
    """A causal Transformer under our own token table; `tastemaker.model.weights` gives it its pretrained weights."""

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int, anatomy: Anatomy) -> None:
        super().__init__()
        sizes = anatomy.built(config.dropout)
        self.trunk = AutoModel.from_config(sizes, dtype=torch.float32)  # type: ignore[no-untyped-call]
        self.trunk.set_input_embeddings(nn.Identity())
        self.width = int(sizes.hidden_size)
        table = partial(TokenTable, vocabulary, self.width, words_learn=config.adaptation == "full")
        is_tied = bool(sizes.tie_word_embeddings)
        self.tokens, self.output = table(is_tied=is_tied), None if is_tied else table()
        self.dropout = nn.Dropout(config.dropout)
        adapt(self.trunk, config)
        self.history: HistoryReader | None = None
        if config.history_layers is not None:
            own = Sizes(config.width, config.history_layers, config.heads, config.window)
            self.history = HistoryReader(self.width, own, config.dropout_of(has_words=False))

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.tokens(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`."""
        return (self.output or self.tokens).logits(states)

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`. Histories without words have layers of their own, with `model.history_layers`."""
        if self.history is not None and not places.has_words:
            chosen: Tensor = self.history(embeddings)
            return chosen
        states: Tensor = self.trunk(inputs_embeds=self.dropout(embeddings), use_cache=False).last_hidden_state
        kept: Tensor = self.dropout(states)
        return kept

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        return read_causally(self.trunk, embeddings, places, cache)


def read_causally(
    trunk: Callable[..., Any], embeddings: Tensor, places: Places, cache: Cache | None
) -> tuple[Tensor, Cache]:
    """Have a causal Transformer of transformers read on behind its own cache; see `Backbone.read`."""
    mask = places.mask
    seen = mask if cache is None else torch.cat((cache.mask, mask), dim=1)
    output = trunk(
        inputs_embeds=embeddings,
        attention_mask=seen.long(),
        position_ids=(seen.long().cumsum(1) - 1).clamp_min(0)[:, -mask.shape[1] :],
        past_key_values=None if cache is None else cache.past,
        use_cache=True,
    )
    return output.last_hidden_state, Cache(output.past_key_values, seen)
