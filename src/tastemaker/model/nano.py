"""The `nano` backbone: a small decoder with rotary positions, trained from scratch.

GPT-NeoX (Black et al., 2022) is the decoder in transformers that has both rotary positions (Su et al., 2021) and
dropout on every residual branch, which a recommender trained on sparse data needs. Its layers normalise before each
branch; ours normalise the stream itself, as the first Transformers did (Vaswani et al., 2017) and as SASRec (Kang and
McAuley, 2018) does. Two layers deep nothing needs the former, and item vectors, which start small, would be drowned by
what the branches add to them.
"""

from typing import Any, Final

from torch import Tensor, nn
from transformers import GPTNeoXConfig, GPTNeoXModel
from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXLayer

from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.decoder import read_causally
from tastemaker.model.item_table import TOKEN_STD

LAYERS: Final = 3
"""Where `model.layers` says nothing."""


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

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        super().__init__()
        layers = config.layers or LAYERS
        self.width = config.width
        sizes = GPTNeoXConfig(
            vocab_size=vocabulary,
            hidden_size=config.width,
            num_hidden_layers=layers,
            num_attention_heads=config.heads,
            intermediate_size=4 * config.width,
            hidden_dropout=config.dropout,
            attention_dropout=0.0,  # attention maps with dropout miss the fused kernel: a third of the time
            max_position_embeddings=config.window,
            rope_parameters={"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 1.0},
            initializer_range=TOKEN_STD,
        )
        self.decoder = GPTNeoXModel(sizes)
        self.decoder.layers = nn.ModuleList(PostNormLayer(sizes, index) for index in range(layers))  # type: ignore[no-untyped-call]
        self.decoder.init_weights()  # type: ignore[no-untyped-call]

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.decoder.embed_in(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`; the head is tied to the embeddings."""
        return states @ self.decoder.embed_in.weight.T

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`."""
        states: Tensor = self.decoder(inputs_embeds=embeddings, use_cache=False).last_hidden_state
        return states

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        return read_causally(self.decoder, embeddings, places, cache)
