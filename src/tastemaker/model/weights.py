"""Pretrained weights, from a folder in Hugging Face's layout into a network of ours.

A layer that is kept takes the weights of its own place in the pretrained stack, a token those of its own row; markers,
which are new, start about the mean of the tokens. Item and action vectors then get the length of a token's, so that a
trunk which has read text alone reads them as it reads words.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSeq2SeqLM, PreTrainedModel

from tastemaker.errors import RecipeError
from tastemaker.model.decoder import Decoder
from tastemaker.model.item_table import TOKEN_STD
from tastemaker.model.network import Network
from tastemaker.model.quiet import without_bar
from tastemaker.model.token_table import TokenTable

LOADERS: Final[Mapping[str, Any]] = {
    "decoder": AutoModelForCausalLM,
    "encoder": AutoModel,
    "encoder_decoder": AutoModelForSeq2SeqLM,
}
"""By family."""
MARKER_NOISE: Final = 0.1
"""By what share of a token's spread markers start apart from one another."""
FIRST_SCORES: Final = 0.5
"""Spread of the scores of items before training: near to equal chances."""
FIRST_NARROW: Final = 0.2
"""The same where new layers read histories: as in a trunk from scratch."""


@dataclass(frozen=True)
class Source:
    """What of a pretrained Transformer goes into a network."""

    folder: Path | None
    """Where the weights are; None where they are at hand."""
    family: str
    layers: Sequence[int]
    """Places in the pretrained stack of the layers that are kept."""
    rows: Sequence[int]
    """Rows of the pretrained vocabulary by their place behind our markers."""
    same: Mapping[int, int]
    """Markers of ours that mean what a pretrained token means, and that token's row in the pretrained vocabulary."""
    decoder_layers: Sequence[int] = ()
    """The same of the stack that writes, where another one reads."""


@torch.no_grad()
def load_weights(network: Network, source: Source) -> None:
    """Fill the backbone of a network as initialised, and fit what is new in it to what came.

    Raises:
        RecipeError: some of the weights are not in the files, or not of the configuration's sizes; transformers would
            go on with random ones.
    """
    with without_bar():
        model, told = LOADERS[source.family].from_pretrained(
            source.folder, dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True
        )
    if told["mismatched_keys"]:
        raise _other_sizes(source, told["mismatched_keys"])
    backbone, missing = network.backbone, frozenset(told["missing_keys"])
    made_up = {name.removeprefix(f"{model.base_model_prefix}.") for name in missing}
    weights = {name: it for name, it in model.base_model.state_dict().items() if name not in made_up}
    fill_trunk(backbone.trunk, weights, source)
    fill_tokens(backbone.tokens, _found(model, model.get_input_embeddings(), missing), source)
    if getattr(backbone, "output", None) is not None:
        fill_tokens(backbone.output, _found(model, model.get_output_embeddings(), missing), source)
    _fit(network)


def _other_sizes(source: Source, found: Collection[tuple[str, Sequence[int], Sequence[int]]]) -> RecipeError:
    """Some weights, each with its size in the files and by the configuration, do not fit."""
    name, theirs, said = min(found)
    return RecipeError(
        f"{source.folder}: expected weights of the sizes that its config.json says, {list(said)} for {name}, found "
        f"{list(theirs)}. Take both from the same place."
    )


def fill_trunk(trunk: nn.Module, weights: Mapping[str, Tensor], source: Source) -> None:
    """Copy every weight of the trunk but LoRA's, which are new, from its own place."""
    for name, target in [*trunk.named_parameters(), *trunk.named_buffers()]:
        original = _original(name, source)
        if original in weights:
            target.copy_(weights[original])
        elif "lora_" not in name and isinstance(target, nn.Parameter):
            raise _lacking(original)


def _found(model: PreTrainedModel, table: nn.Module, missing: Collection[str]) -> Tensor:
    """`[V, D]` of a table or head of a model, whose weights were in its files."""
    name = next(name for name, part in model.named_modules() if part is table) + ".weight"
    if name in missing:
        raise _lacking(name)
    return rows_of(table)


def _lacking(name: str) -> RecipeError:
    return RecipeError(
        f"model.backbone: expected weights for {name}, found none in its files. Fetch or save it anew, with the head "
        "that it writes by."
    )


def _original(name: str, source: Source) -> str:
    """What a weight of the trunk is called in the pretrained stack."""
    parts = [part for part in name.split(".") if part != "base_layer"]
    place = next((at for at, part in enumerate(parts) if part.isdigit()), None)
    if place is not None:
        layers = source.decoder_layers if source.decoder_layers and parts[0] == "decoder" else source.layers
        parts[place] = str(layers[int(parts[place])])
    return ".".join(parts)


def rows_of(table: nn.Module) -> Tensor:
    """`[V, D]` of a table or head of transformers."""
    weight = table.weight
    assert isinstance(weight, Tensor)
    return weight


def fill_tokens(table: TokenTable, pretrained: Tensor, source: Source) -> None:
    """Copy the rows that are kept; markers that mean what a token means start as its row."""
    words = pretrained[torch.tensor(source.rows)]
    same = {marker: pretrained[row] for marker, row in source.same.items()}
    table.fill(words, MARKER_NOISE * float(words.std()), same)


def _fit(network: Network) -> None:
    """Item and action vectors get the spread of a token's entries; scores of items begin near to equal."""
    ratio = float(network.backbone.tokens.words.std()) / TOKEN_STD
    table = network.item_table
    for part in (table.projection, table.residual, network.action_embedding):
        if part is not None:
            part.weight.mul_(ratio)
    assert network.item_query is not None
    width = network.backbone.width
    spread = float(table().std()) * math.sqrt(width)  # of scores, for states whose entries are about one
    network.item_query.weight.copy_(torch.eye(width) * FIRST_SCORES / spread)
    if isinstance(network.backbone, Decoder) and network.backbone.history is not None:
        network.backbone.history.fit(table(), FIRST_NARROW)
