"""The `nano` backbone: a small decoder with rotary positions, trained from scratch.

GPT-NeoX (Black et al., 2022) is the decoder in transformers that has both rotary positions (Su et al., 2021) and
dropout on every residual branch, which a recommender trained on sparse data needs.
"""

import torch
from torch import Tensor, nn
from transformers import GPTNeoXConfig, GPTNeoXModel

from tastemaker.model.backbone import Cache
from tastemaker.model.config import ModelConfig
from tastemaker.model.item_table import TOKEN_STD


class Nano(nn.Module):
    """A pre-norm decoder of `config.layers` layers, `config.width` wide."""

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        self.decoder = GPTNeoXModel(
            GPTNeoXConfig(
                vocab_size=vocabulary,
                hidden_size=config.width,
                num_hidden_layers=config.layers,
                num_attention_heads=config.heads,
                intermediate_size=4 * config.width,
                hidden_dropout=config.dropout,
                attention_dropout=0.0,  # attention maps with dropout miss the fused kernel: a third of the time
                max_position_embeddings=config.window,
                rope_parameters={"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 1.0},
                use_parallel_residual=False,
                initializer_range=TOKEN_STD,
            )
        )

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
