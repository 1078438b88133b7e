"""What a pretrained backbone is built from, weights aside: enough to build it again from a checkpoint alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from transformers import AutoConfig, PretrainedConfig

_PADDED_POSITIONS: Final = frozenset(
    ("roberta", "roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "xmod")
    + ("data2vec-text", "ibert", "luke", "esm", "lilt", "markuplm", "layoutlmv3")
)
"""Types whose positions begin behind the id of padding."""


@dataclass(frozen=True)
class Anatomy:
    """A Transformer by its family and its configuration."""

    family: str
    """Name in `tastemaker.model.network.BACKBONES`."""
    config: Mapping[str, Any]
    """`PretrainedConfig.to_dict()`, of the layers that are kept; JSON-able."""

    def built(self, dropout: float) -> PretrainedConfig:
        """The configuration, without a vocabulary, as token embeddings are ours (`TokenTable`), and without more
        dropout in its layers than this."""
        plain = {**self.config, "vocab_size": 1}
        plain |= {f"{name}_token_id": None for name in ("bos", "eos", "pad")}
        plain |= {
            name: min(share, dropout)
            for name, share in plain.items()
            if ("dropout" in name or name.endswith("pdrop")) and isinstance(share, float)
        }
        return AutoConfig.for_model(**plain)


def positions_of(config: PretrainedConfig) -> int | None:
    """How many positions a model can read at most; None where they are relative."""
    found: int | None = getattr(config, "max_position_embeddings", None)
    if found is not None and config.model_type in _PADDED_POSITIONS:
        return found - int(config.pad_token_id) - 1
    return found


def chosen_layers(count: int, wanted: int | None, choice: str) -> list[int]:
    """Which of `count` layers are kept: the first, evenly spaced ones from the first to the last, or both ends.

    Of the ends the first third and the last two thirds are kept. A block in the middle is what a language model misses
    least (Men et al., "ShortGPT: Layers in Large Language Models are More Redundant Than You Expect", 2024), and its
    head reads only what the last layers make.

    >>> chosen_layers(30, 4, "spaced")
    [0, 10, 19, 29]
    >>> chosen_layers(30, 4, "first")
    [0, 1, 2, 3]
    >>> chosen_layers(30, 6, "ends")
    [0, 1, 26, 27, 28, 29]
    """
    if wanted is None or wanted >= count:
        return list(range(count))
    if choice == "first" or wanted == 1:
        return list(range(wanted))
    if choice == "ends":
        first = round(wanted / 3)
        return [*range(first), *range(count - wanted + first, count)]
    return [round(place * (count - 1) / (wanted - 1)) for place in range(wanted)]


def with_layers(config: PretrainedConfig, layers: list[int], decoder_layers: Sequence[int] = ()) -> dict[str, Any]:
    """A configuration of some of its layers, in either stack where there are two.

    What it says of each, such as `layer_types` or SmolLM3's `no_rope_layers`, is kept.
    """
    plain, count = config.to_dict(), config.num_hidden_layers
    kept = config.__class__.from_dict(plain)
    if len(layers) != count:
        kept.num_hidden_layers = len(layers)  # not every model lets itself be told
    for name, value in plain.items():
        if "layer" in name and isinstance(value, list) and len(value) == count:
            setattr(kept, name, [value[layer] for layer in layers])
    if decoder_layers:
        kept.num_decoder_layers = len(decoder_layers)
    return kept.to_dict()
