"""Whether a causal language model of transformers gives under our token table what it gives by itself.

Not all do: Gemma makes its token embeddings longer, Phi's head adds numbers of its own, Mamba keeps no keys and values.
One layer with random weights and a few tokens tells, whatever the model is called.
"""

from typing import Any, Final

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel

from tastemaker.model.anatomy import Anatomy, with_layers
from tastemaker.model.backbone import Places
from tastemaker.model.config import ModelConfig
from tastemaker.model.decoder import Decoder
from tastemaker.model.tokenizer import MARKERS
from tastemaker.model.weights import Source, fill_tokens, fill_trunk, rows_of

TOKENS: Final = 8
"""Of the vocabulary of the probe, and positions of the row that is read."""
SPREAD: Final = 0.05
"""Of what is added to all its weights: many of them would be 0 or 1 by themselves, and tell nothing."""


@torch.no_grad()
def gives_the_same(config: PreTrainedConfig) -> bool:
    """Whether text logits are those of the model by itself, and the same when read part by part behind a cache."""
    try:
        sizes = with_layers(config, [0]) | {"vocab_size": TOKENS}
        sizes |= {f"{name}_token_id": None for name in ("bos", "eos", "pad")}
        with torch.random.fork_rng():
            torch.manual_seed(0)
            original, ours = _pair(sizes)
        return _agree(original, ours)
    except Exception:  # noqa: BLE001 - every kind of model fails in a way of its own
        return False


def _pair(sizes: dict[str, Any]) -> tuple[PreTrainedModel, Decoder]:
    """A model of one layer, and ours with its weights."""
    original = AutoModelForCausalLM.from_config(AutoConfig.for_model(**sizes), dtype=torch.float32)  # type: ignore[no-untyped-call]
    original.eval()
    for parameter in original.parameters():
        parameter.add_(torch.randn_like(parameter), alpha=SPREAD)
    plain = ModelConfig(dropout=0.0, adaptation="full")
    ours = Decoder(plain, len(MARKERS) + TOKENS, Anatomy("decoder", sizes)).eval()
    whole = Source(None, "decoder", (0,), range(TOKENS), {})
    fill_trunk(ours.trunk, original.base_model.state_dict(), whole)
    fill_tokens(ours.tokens, rows_of(original.get_input_embeddings()), whole)
    if ours.output is not None:
        fill_tokens(ours.output, rows_of(original.get_output_embeddings()), whole)
    return original, ours


def _agree(original: PreTrainedModel, ours: Decoder) -> bool:
    tokens = torch.arange(TOKENS).unsqueeze(0)
    read = ours.token_vectors(tokens + len(MARKERS))
    states = ours(read, _places(read))
    cached, cache = [], None
    for part in read.chunk(2, dim=1):
        found, cache = ours.read(part, _places(part), cache)
        cached.append(found)
    logits, expected = ours.text_logits(states)[..., len(MARKERS) :], original(tokens).logits
    return _alike(logits, expected) and _alike(torch.cat(cached, dim=1), states)


def _alike(ours: Tensor, theirs: Tensor) -> bool:
    return torch.allclose(ours, theirs, rtol=1e-3, atol=1e-3 * float(theirs.std()))


def _places(read: Tensor) -> Places:
    """All of a row `[1, T, D]`, none of it a reply."""
    mask = torch.ones(read.shape[:2], dtype=torch.bool)
    return Places(mask, mask.sum(1))
