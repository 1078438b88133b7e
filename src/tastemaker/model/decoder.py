"""The decoder family: any causal language model of transformers, such as Llama, GPT-2, Qwen or SmolLM2."""

import copy
from functools import partial

import torch
from torch import Tensor, nn
from transformers import AutoModel

from tastemaker.errors import RecipeError
from tastemaker.model.adaptation import adapt
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.token_table import TokenTable


class Decoder(nn.Module):
    """A causal Transformer under our own token table; `tastemaker.model.weights` gives it its pretrained weights."""

    reads_ahead = False
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int, anatomy: Anatomy) -> None:
        super().__init__()
        sizes = anatomy.built()
        self.trunk = AutoModel.from_config(sizes, dtype=torch.float32)  # type: ignore[no-untyped-call]
        self.trunk.set_input_embeddings(nn.Identity())
        self.width = int(sizes.hidden_size)
        table = partial(TokenTable, vocabulary, self.width, words_learn=config.adaptation == "full")
        self.tokens, self.output = table(), None if sizes.tie_word_embeddings else table()
        self.dropout = nn.Dropout(config.dropout)
        adapt(self.trunk, config)
        self._first: list[nn.Module] = []  # in a list, as its layers are the trunk's own
        self.bridge: nn.Linear | None = None
        if config.history_layers is not None:
            self._first.append(first_layers(self.trunk, config.history_layers))
            self.bridge = nn.Linear(self.width, self.width, bias=False)
            nn.init.eye_(self.bridge.weight)

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.tokens(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`."""
        return (self.output or self.tokens).logits(states)

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`. Histories without words leave early, where `model.history_layers` says so.

        Source:
            Elbayad et al., "Depth-Adaptive Transformer", ICLR 2020, for exits between layers.
        """
        read = self.dropout(embeddings)
        if self.bridge is None or places.has_words:
            states: Tensor = self.trunk(inputs_embeds=read, use_cache=False).last_hidden_state
        else:
            states = self.bridge(self._first[0](inputs_embeds=read, use_cache=False).last_hidden_state)
        kept: Tensor = self.dropout(states)
        return kept

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`."""
        return read_causally(self.trunk, embeddings, places, cache)


def first_layers(trunk: nn.Module, count: int) -> nn.Module:
    """The same Transformer of transformers with its first `count` layers alone: these and all else are shared.

    Raises:
        RecipeError: its layers do not stand where those of most models do.
    """
    first = copy.copy(trunk)
    stacks = [(name, part) for name, part in trunk.named_children() if isinstance(part, nn.ModuleList)]
    if len(stacks) != 1:
        raise RecipeError(
            f"model.history_layers: expected a model with one stack of layers, found {type(trunk).__name__} with "
            f"{len(stacks)} at its top. Leave it out."
        )
    ((name, stack),) = stacks
    first._modules = {**trunk._modules, name: nn.ModuleList(list(stack)[:count])}
    return first


def read_causally(trunk: nn.Module, embeddings: Tensor, places: Places, cache: Cache | None) -> tuple[Tensor, Cache]:
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
