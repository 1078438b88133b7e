"""The part of a model of transformers that turns token ids into hidden states, given a model or the name of one.

Models with a head of their own (`BertForSequenceClassification`, `GPT2LMHeadModel`) return logits and no
`last_hidden_state`; inside of each is the base model that does.
"""

import inspect
from typing import Any

import torch
import transformers
from torch import nn

from tastemaker.data.download import log
from tastemaker.errors import DownloadError, ModelError, first_line
from tastemaker.model.pretrained import pretrained_folder
from tastemaker.model.quiet import without_bar


def base_model(model: nn.Module | str) -> Any:
    """A model without its head, and of an encoder with a decoder the encoder; its weights are shared, not copied.

    Args:
        model: a model of transformers, or what `tastemaker.model.pretrained.pretrained_folder` takes: `smollm2`,
            `minilm`, a local folder, a GGUF file or a hub id.

    Raises:
        ModelError: it is no model of transformers, or not one of texts.
        RecipeError: the name means nothing.
        DownloadError: no model of this name can be had.
    """
    found = _pretrained(model) if isinstance(model, str) else model
    kind = type(found).__name__
    if not isinstance(found, transformers.PreTrainedModel):
        raise ModelError(f"backbone: expected a model of transformers, a local folder or a hub id, found {kind}.")
    base: Any = found.base_model
    if "decoder_input_ids" in inspect.signature(base.forward).parameters:
        base = base.get_encoder()
    reads = inspect.signature(base.forward).parameters
    if not isinstance(getattr(base.config, "hidden_size", None), int) or "input_ids" not in reads:
        raise ModelError(
            f"backbone: expected a text model, which reads input_ids and whose config has hidden_size, found {kind}. "
            "Pass the text model in it."
        )
    return base


def _pretrained(name: str) -> nn.Module:
    """The one place where a string becomes a model."""
    folder = pretrained_folder(name, log)
    try:
        with without_bar():
            model: nn.Module = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32)
    except Exception as error:  # noqa: BLE001 - every kind of model fails in a way of its own
        raise DownloadError(
            f"backbone {name!r}: expected a model that loads, found none ({first_line(error)}). Check the "
            "name, or pass a model."
        ) from None
    return model.train()  # as a model is that was just built; transformers gives it for use
