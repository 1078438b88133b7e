"""Trunks with one change each, for `benchmarks.ablations`; they are no part of the package, since none of them paid.

Each is made from our own `nano` backbone, so that everything else stays as it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXLayer

from tastemaker.model.backbone import Backbone, Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.item_table import TOKEN_STD
from tastemaker.model.nano import LAYERS, Nano


def pre_norm(config: ModelConfig, vocabulary: int) -> Nano:
    """Layers that normalise what each branch reads, and add to the stream as it is (Xiong et al., ICML 2020)."""
    trunk = Nano(config, vocabulary)
    sizes = trunk.decoder.config
    sizes.use_parallel_residual = False
    trunk.decoder.layers = nn.ModuleList(PreNormLayer(sizes, index) for index in range(config.layers or LAYERS))  # type: ignore[no-untyped-call]
    trunk.decoder.init_weights()  # type: ignore[no-untyped-call]
    return trunk


def gated_feed_forward(config: ModelConfig, vocabulary: int) -> Nano:
    """SwiGLU in place of the plain feed-forward part, with as many parameters (Shazeer, 2020)."""
    trunk = Nano(config, vocabulary)
    for layer in trunk.decoder.layers:
        layer.mlp = GatedFeedForward(config.width, 8 * config.width // 3)
    return trunk


def gated_attention(config: ModelConfig, vocabulary: int) -> Nano:
    """What the heads gathered passes a gate that the state opens (Qiu et al., NeurIPS 2025)."""
    trunk = Nano(config, vocabulary)
    for layer in trunk.decoder.layers:
        layer.attention = GatedAttention(layer.attention, config.width)
    return trunk


class PreNormLayer(GPTNeoXLayer):  # type: ignore[no-untyped-call]
    """GPT-NeoX's own, which has a setting where ours are told the dropout of every batch."""

    def forward(self, hidden_states: Tensor | None, *arguments: Any, dropout: float = 0.0, **settings: Any) -> Any:
        """States `[B, T, D]` in and out; the rest is as in its own."""
        self.post_attention_dropout.p = self.post_mlp_dropout.p = dropout
        return super().forward(hidden_states, *arguments, **settings)


class GatedFeedForward(nn.Module):
    """`down(silu(gate(x)) * up(x))`, states `[B, T, D]` in and out."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.gate, self.up = _linear(width, inner), _linear(width, inner)
        self.down = _linear(inner, width)

    def forward(self, states: Tensor) -> Tensor:
        """Apply it."""
        gated: Tensor = self.down(F.silu(self.gate(states)) * self.up(states))
        return gated


class GatedAttention(nn.Module):
    """Attention whose heads' output is multiplied by `sigmoid(gate(x))` before it is projected."""

    def __init__(self, attention: nn.Module, width: int) -> None:
        super().__init__()
        self.project = attention.dense
        attention.dense = nn.Identity()
        self.attention, self.gate = attention, _linear(width, width)

    def forward(self, states: Tensor, *arguments: object, **settings: object) -> tuple[Tensor, object]:
        """States `[B, T, D]` in and out; the rest is what GPT-NeoX's layer hands to its attention."""
        gathered, weights = self.attention(states, *arguments, **settings)
        return self.project(gathered * self.gate(states).sigmoid()), weights


class LearnedPositions(nn.Module):
    """A learned vector for every place of a prompt, added to what stands there, instead of rotary positions."""

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        self.width = config.width
        self.trunk = Nano(config, vocabulary)
        self.trunk.decoder.rotary_emb = Unturned(config.width // config.heads)
        self.positions = nn.Embedding(config.window, config.width)
        nn.init.normal_(self.positions.weight, std=TOKEN_STD)

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        return self.trunk.token_vectors(tokens)

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`."""
        return self.trunk.text_logits(states)

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`."""
        states: Tensor = self.trunk(embeddings + self.positions.weight[: embeddings.shape[1]], places)
        return states

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        seen = places.mask if cache is None else torch.cat((cache.mask, places.mask), dim=1)
        positions = (seen.long().cumsum(1) - 1).clamp_min(0)[:, -places.mask.shape[1] :]
        return self.trunk.read(embeddings + self.positions(positions), places, cache)


class Unturned(nn.Module):
    """Cosines of 1 and sines of 0: keys and queries stay as they are, wherever they stand."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, states: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        """For positions `[B, T]` two tensors `[B, T, size]`."""
        ones = states.new_ones(*position_ids.shape, self.size)
        return ones, torch.zeros_like(ones)


TRUNKS: Final[Mapping[str, Callable[[ModelConfig, int], Backbone]]] = {
    "pre_norm": pre_norm,
    "learned_positions": LearnedPositions,
    "gated_feed_forward": gated_feed_forward,
    "gated_attention": gated_attention,
}


def _linear(inner: int, outer: int) -> nn.Linear:
    """A linear map that starts as those of the trunk do."""
    made = nn.Linear(inner, outer, bias=False)
    nn.init.normal_(made.weight, std=TOKEN_STD)
    return made
