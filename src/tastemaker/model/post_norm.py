"""A small decoder with rotary positions that normalises its stream, that is made from scratch.

GPT-NeoX (Black et al., 2022) is the decoder in transformers that has both rotary positions (Su et al., 2021) and
dropout on every residual branch, which a recommender trained on sparse data needs. Its layers normalise before each
branch; ours normalise the stream itself, as the first Transformers did (Vaswani et al., 2017) and as SASRec (Kang and
McAuley, 2018) does. Two layers deep nothing needs the former, and item vectors, which start small, would be drowned by
what the branches add to them.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import GPTNeoXConfig, GPTNeoXModel
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXLayer

from tastemaker.model.item_table import TOKEN_STD


@dataclass(frozen=True)
class Sizes:
    """Of a decoder."""

    width: int
    layers: int
    heads: int
    window: int
    """Most positions."""
    vocabulary: int = 1
    """Rows of its token table; one that is given vectors needs none, but transformers makes one anyway."""


class PostNormLayer(GPTNeoXLayer):  # type: ignore[no-untyped-call]
    """A layer whose branches are added to the normalised stream: `x = norm(x)`, then `x + branch(x)`, twice."""

    def forward(self, hidden_states: Tensor | None, *arguments: Any, dropout: float = 0.0, **settings: Any) -> Any:
        """States `[B, T, D]` in and out; the rest is what GPT-NeoX's own layer hands to its attention."""
        states = self.input_layernorm(hidden_states)
        attended, _ = self.attention(states, *arguments, **settings)
        states = self.post_attention_layernorm(states + functional.dropout(attended, dropout, self.training))
        return states + functional.dropout(self.mlp(states), dropout, self.training)


class PostNormDecoder(GPTNeoXModel):
    """GPT-NeoX of such layers, told with every batch how much dropout there is, since batches differ in what they need.

    It is an argument and not a setting of the layers, so that layers whose states are computed anew for the gradient
    (gradient checkpointing) compute the same.
    """

    def __init__(self, config: GPTNeoXConfig) -> None:
        super().__init__(config)  # type: ignore[no-untyped-call]
        layers = range(config.num_hidden_layers)
        self.layers = nn.ModuleList(PostNormLayer(config, index) for index in layers)  # type: ignore[no-untyped-call]
        self.init_weights()  # type: ignore[no-untyped-call]

    def forward(self, *, inputs_embeds: Tensor, dropout: float = 0.0, **settings: Any) -> Any:
        """See `GPTNeoXModel`; embeddings are `[B, T, D]`, and `dropout` is theirs and that of every branch."""
        kept = functional.dropout(inputs_embeds, dropout, self.training)
        return super().forward(inputs_embeds=kept, dropout=dropout, **settings)


def post_norm_decoder(sizes: Sizes) -> PostNormDecoder:
    """A new one, with random weights."""
    config = GPTNeoXConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=4 * sizes.width,
        hidden_dropout=0.0,  # that of every batch is told with it
        attention_dropout=0.0,  # attention maps with dropout miss the fused kernel: a third of the time
        max_position_embeddings=sizes.window,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 1.0},
        initializer_range=TOKEN_STD,
        bos_token_id=None,
        eos_token_id=None,
    )
    return PostNormDecoder(config)


class HistoryReader(nn.Module):
    """Reads histories beside a wide trunk: vectors `[B, T, D]` are narrowed, read, and widened to states `[B, T, D]`.

    Items and actions have wide vectors, since the trunk reads them, too; a narrow decoder keeps of them what a few
    interactions can teach. One matrix narrows and widens: so states are compared with items as narrow as they are read.
    """

    def __init__(self, width: int, sizes: Sizes, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.narrow = nn.Linear(width, sizes.width, bias=False)
        self.decoder = post_norm_decoder(sizes)

    def forward(self, embeddings: Tensor) -> Tensor:
        """States of a right-padded batch."""
        narrow = self.narrow(embeddings)
        read = self.decoder(inputs_embeds=narrow, dropout=self.dropout, use_cache=False).last_hidden_state
        states: Tensor = read @ self.narrow.weight
        return states

    @torch.no_grad()
    def fit(self, items: Tensor, spread: float) -> None:
        """Have the scores of `items` `[I, D]` begin with a `spread`, for states whose narrow entries are about one."""
        found = float(self.narrow(items).std()) * math.sqrt(self.narrow.out_features)
        self.narrow.weight.mul_(spread / found)
