"""The recurrence family: a history or dialogue longer than the window, read segment by segment behind a cache.

Every position sees itself and the `window - 1` positions before it, in every layer: a banded causal mask. What lies
further back reaches it through the states between, so that L layers see L times as far, and the cost of one more event
is the same behind any past. Positions are rotary, and so relative: no event ever gets a position of its own.

In Transformer-XL (Dai et al., "Transformer-XL: Attentive Language Models beyond a Fixed-Length Context", ACL 2019) a
position sees its own segment and a memory of those before, and gradients stop at the border. Here every position sees
equally far, so that it makes no difference where a row is cut: reading segments behind a cache is one full pass under
the mask, gradients included, and training sees what use sees.

Pretrained decoders are not run like this, although `read_in_segments` takes them: their weights lean on the first
positions of a text (Xiao et al., "Efficient Streaming Language Models with Attention Sinks", ICLR 2024), which a band
hides, and where positions are absolute they end.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import Cache as LayerCaches
from transformers.cache_utils import DynamicSlidingWindowLayer

from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.nano import Nano


class Recurrent(nn.Module):
    """`Nano` under a band of `config.window` positions; it is `Nano` itself for rows that are no longer than that."""

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        self.width = config.width
        self.window = config.window
        self.nano = Nano(config, vocabulary)

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        return self.nano.token_vectors(tokens)

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`."""
        return self.nano.text_logits(states)

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`."""
        if embeddings.shape[1] <= self.window:
            short: Tensor = self.nano(embeddings, places)
            return short
        return self.read(embeddings, places)[0]

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`; the cache keeps `window - 1` positions, however many were read."""
        dropout = self.nano.config.dropout_of(places.has_words)
        return read_in_segments(self.nano.decoder, self.window, embeddings, places.mask, cache, dropout=dropout)


def read_in_segments(
    trunk: nn.Module, window: int, embeddings: Tensor, mask: Tensor, cache: Cache | None, **settings: Any
) -> tuple[Tensor, Cache]:
    """Have a causal Transformer of transformers read on in segments of `window` positions, each behind its cache.

    Args:
        trunk: whose positions are relative and whose layers keep keys and values.
        window: how many positions each one sees, itself included.
        embeddings: `[B, T, D]`.
        mask: `[B, T]`, False where padding stands.
        cache: of what was read before; it is used up.
        settings: what the trunk is told with every segment.

    Returns:
        States `[B, T, D]`, and the cache behind them, of at most `window - 1` positions.
    """
    past = _empty(trunk, window) if cache is None else cache.past
    seen = mask[:, :0] if cache is None else cache.mask
    states = []
    for start in range(0, mask.shape[1], window):
        part = embeddings[:, start : start + window]
        seen = torch.cat((seen, mask[:, start : start + window]), 1)
        visible = banded(seen, part.shape[1], window)
        read = trunk(inputs_embeds=part, attention_mask=visible, past_key_values=past, **settings)
        states.append(read.last_hidden_state)
        seen = seen[:, 1 - window :]
    return torch.cat(states, 1), Cache(past, seen)


def banded(real: Tensor, queries: int, window: int) -> Tensor:
    """Which keys `[B, 1, queries, keys]` the last `queries` of the positions `real` `[B, keys]` see.

    Padding sees itself, since a softmax over nothing is undefined, and is seen by nobody else.
    """
    keys = torch.arange(real.shape[1], device=real.device)
    gap = keys[len(keys) - queries :].unsqueeze(1) - keys
    return ((gap >= 0) & (gap < window) & real[:, None, None, :]) | (gap == 0)


def _empty(trunk: nn.Module, window: int) -> Any:
    """A cache that drops of every layer what no later position can see, and still counts it for the positions."""
    sizes: Any = trunk.config
    return LayerCaches(layers=[DynamicSlidingWindowLayer(window) for _ in range(sizes.num_hidden_layers)])
