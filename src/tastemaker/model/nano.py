"""The `nano` backbone: a small decoder with rotary positions, trained from scratch.

GPT-NeoX (Black et al., 2022) is the decoder in transformers that has both rotary positions (Su et al., 2021) and
dropout on every residual branch, which a recommender trained on sparse data needs. Its layers normalise before each
branch; ours normalise the stream itself, as the first Transformers did (Vaswani et al., 2017) and as SASRec (Kang and
McAuley, 2018) does. Two layers deep nothing needs the former, and item vectors, which start small, would be drowned by
what the branches add to them.
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import GPTNeoXConfig, GPTNeoXModel
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXLayer

from tastemaker.model.backbone import Cache
from tastemaker.model.config import ModelConfig
from tastemaker.model.item_table import TOKEN_STD


class PostNormLayer(GPTNeoXLayer):  # type: ignore[no-untyped-call]
    """A layer whose branches are added to the normalised stream: `x = norm(x)`, then `x + branch(x)`, twice."""

    def forward(self, hidden_states: Tensor | None, *arguments: Any, **settings: Any) -> Any:
        """States `[B, T, D]` in and out; the rest is what GPT-NeoX's own layer hands to its attention."""
        states = self.input_layernorm(hidden_states)
        attended, _ = self.attention(states, *arguments, **settings)
        states = self.post_attention_layernorm(states + self.post_attention_dropout(attended))
        return states + self.post_mlp_dropout(self.mlp(states))


class Nano(nn.Module):
    """A post-norm decoder of `config.layers` layers, `config.width` wide."""

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        sizes = GPTNeoXConfig(
            vocab_size=vocabulary,
            hidden_size=config.width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            intermediate_size=4 * config.width,
            hidden_dropout=config.dropout,
            attention_dropout=0.0,  # attention maps with dropout miss the fused kernel: a third of the time
            max_position_embeddings=config.window,
            rope_parameters={"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 1.0},
            initializer_range=TOKEN_STD,
        )
        self.decoder = GPTNeoXModel(sizes)
        self.decoder.layers = nn.ModuleList(PostNormLayer(sizes, index) for index in range(config.layers))  # type: ignore[no-untyped-call]
        self.decoder.init_weights()  # type: ignore[no-untyped-call]

    @property
    def token_embedding(self) -> nn.Embedding:
        """Embeddings of the text vocabulary `[V, D]`, tied to the text head."""
        return self.decoder.embed_in

    def forward(self, embeddings: Tensor) -> Tensor:
        """See `Backbone.__call__`."""
        states: Tensor = self.decoder(inputs_embeds=embeddings, use_cache=False).last_hidden_state
        return states

    def read(self, embeddings: Tensor, mask: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        seen = mask if cache is None else torch.cat((cache.mask, mask), dim=1)
        positions = (seen.long().cumsum(1) - 1).clamp_min(0)[:, -mask.shape[1] :]
        output = self.decoder(
            inputs_embeds=embeddings,
            attention_mask=seen.long(),
            position_ids=positions,
            past_key_values=None if cache is None else cache.past,
            use_cache=True,
        )
        return output.last_hidden_state, Cache(output.past_key_values, seen)
