"""The `nano` backbone: a small decoder with rotary positions, trained from scratch; see `post_norm.py`."""

from functools import partial
from typing import Final

from torch import Tensor, nn

from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.decoder import read_causally
from tastemaker.model.post_norm import Sizes, post_norm_decoder

LAYERS: Final = 3
"""Where `model.layers` says nothing."""


class Nano(nn.Module):
    """A post-norm decoder of `config.layers` layers, `config.width` wide."""

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        layers = config.layers or LAYERS
        self.config = config
        self.width = config.width
        self.decoder = post_norm_decoder(Sizes(config.width, layers, config.heads, config.window, vocabulary))

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.decoder.embed_in(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`; the head is tied to the embeddings."""
        return states @ self.decoder.embed_in.weight.T

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`."""
        dropout = self.config.dropout_of(places.has_words)
        states: Tensor = self.decoder(inputs_embeds=embeddings, dropout=dropout, use_cache=False).last_hidden_state
        return states

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        decoder = partial(self.decoder, dropout=self.config.dropout_of(places.has_words))
        return read_causally(decoder, embeddings, places, cache)
