"""The encoder-decoder family: T5 and its kin read a context in both directions, and write the reply to it.

Each row is cut where its reply begins: the encoder reads what stands before, the decoder the reply itself, word by word
and with an eye on the context. The state of every position, whichever stack gave it, stands in its own place. The
position that opens a reply predicts its first word, so the decoder reads the reply as it stands, without a shift.

Source:
    Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", JMLR 2020.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AutoModel, DynamicCache, EncoderDecoderCache

from tastemaker.model.adaptation import adapt
from tastemaker.model.anatomy import Anatomy
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.token_table import TokenTable

TYPES: Final = ("t5", "mt5")
"""Those whose positions are relative, so that rows of a batch may begin anywhere. Flan-T5 and T5 1.1 are of type t5."""


@dataclass(frozen=True)
class Context:
    """What the encoder has read of a batch."""

    states: Tensor
    """`[B, L, D]`"""
    mask: Tensor
    """`[B, L]`, False where padding stands."""


@dataclass(frozen=True)
class Reading:
    """What is kept between the words of replies."""

    context: Context
    keys: EncoderDecoderCache
    """Of the replies so far, and of the context as the decoder sees it."""


class EncoderDecoder(nn.Module):
    """Both stacks under our own token table; `tastemaker.model.weights` gives them their pretrained weights."""

    reads_ahead = True
    writes = True

    def __init__(self, config: ModelConfig, vocabulary: int, anatomy: Anatomy) -> None:
        super().__init__()
        sizes = anatomy.built(config.dropout)
        sizes.dropout_rate = config.dropout
        self.trunk = AutoModel.from_config(sizes, dtype=torch.float32)  # type: ignore[no-untyped-call]
        self.trunk.set_input_embeddings(nn.Identity())
        self.width = int(sizes.hidden_size)
        self.scale = self.width**-0.5 if getattr(sizes, "scale_decoder_outputs", False) else 1.0
        table = partial(TokenTable, vocabulary, self.width, words_learn=config.adaptation == "full")
        is_tied = bool(anatomy.config["tie_word_embeddings"])
        self.tokens, self.output = table(is_tied=is_tied), None if is_tied else table()
        adapt(self.trunk, config)

    def token_vectors(self, tokens: Tensor) -> Tensor:
        """See `Backbone.token_vectors`."""
        vectors: Tensor = self.tokens(tokens)
        return vectors

    def text_logits(self, states: Tensor) -> Tensor:
        """See `Backbone.text_logits`."""
        return (self.output or self.tokens).logits(self.scale * states)

    def forward(self, embeddings: Tensor, places: Places) -> Tensor:
        """See `Backbone.__call__`; where no row has a reply, the decoder does nothing."""
        of_context, of_reply = _parts(places)
        context = self._encode(*_packed(embeddings, of_context))
        states = _placed(context.states, context.mask, of_context)
        rows = of_reply.any(1)
        if rows.any():
            written, mask = _packed(embeddings[rows], of_reply[rows])
            decoded = self._decode(written, mask, Context(context.states[rows], context.mask[rows]))
            states[of_reply] = decoded[mask]
        return states

    def read(self, embeddings: Tensor, places: Places, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """See `Backbone.read`; whole contexts, and what opens the replies, come in the first call."""
        if cache is not None:
            seen = torch.cat((cache.mask, places.mask), dim=1)
            return self._decode(embeddings, seen, cache.past.context, cache.past.keys), Cache(cache.past, seen)
        of_context, of_reply = _parts(places)
        context = self._encode(*_packed(embeddings, of_context))
        states = _placed(context.states, context.mask, of_context)
        past = Reading(context, EncoderDecoderCache(DynamicCache(), DynamicCache()))
        start = of_reply.shape[1] - int(of_reply.any(0).sum())  # replies end together
        mask = of_reply[:, start:]
        if mask.any():
            states[of_reply] = self._decode(embeddings[:, start:], mask, context, past.keys)[mask]
        return states, Cache(past, mask)

    def _encode(self, embeddings: Tensor, mask: Tensor) -> Context:
        """Read contexts `[B, L, D]`."""
        output = self.trunk.encoder(inputs_embeds=embeddings, attention_mask=mask.long())
        return Context(output.last_hidden_state, mask)

    def _decode(self, embeddings: Tensor, mask: Tensor, context: Context, keys: Any = None) -> Tensor:
        """States of parts of replies `[B, L, D]`; `mask` is of all that their replies have so far."""
        output = self.trunk.decoder(
            inputs_embeds=embeddings,
            attention_mask=mask.long(),
            encoder_hidden_states=context.states,
            encoder_attention_mask=context.mask.long(),
            past_key_values=keys,
            use_cache=keys is not None,
        )
        states: Tensor = output.last_hidden_state
        return states


def _parts(places: Places) -> tuple[Tensor, Tensor]:
    """Which positions are of the context, and which of the reply, `[B, T]` each."""
    positions = torch.arange(places.mask.shape[1], device=places.mask.device)
    is_reply = positions >= places.reply_at.unsqueeze(1)
    return places.mask & ~is_reply, places.mask & is_reply


def _packed(vectors: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """The chosen `[B, T]` of vectors `[B, T, D]` without what stands before and between them, `[B, L, D]`, and where
    there are any, `[B, L]`."""
    counts = chosen.sum(1, keepdim=True)
    mask = torch.arange(int(counts.max()), device=chosen.device) < counts
    packed = vectors.new_zeros(*mask.shape, vectors.shape[-1])
    packed[mask] = vectors[chosen]
    return packed, mask


def _placed(states: Tensor, mask: Tensor, chosen: Tensor) -> Tensor:
    """States `[B, L, D]` in their places `[B, T, D]`, as `_packed` took them; zero elsewhere."""
    placed = states.new_zeros(*chosen.shape, states.shape[-1])
    placed[chosen] = states[mask]
    return placed
