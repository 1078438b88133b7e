"""What a folder in the Hugging Face layout holds: its family, its sizes, and whether its parts fit together.

It is asked while a recipe is read, so that what cannot serve is said before any training; no weight is loaded.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import transformers
from safetensors import SafetensorError, safe_open
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerBase
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
)

from tastemaker.errors import RecipeError, first_line
from tastemaker.model.anatomy import positions_of

Family = Literal["decoder", "encoder", "encoder_decoder"]

_ANY_TOKENIZER: Final = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.txt", "vocab.json")


@dataclass(frozen=True)
class PretrainedInfo:
    """A pretrained model, as its configuration tells it."""

    folder: Path
    family: Family
    model_type: str
    """As transformers calls it, `llama` or `bert`."""
    width: int
    """D."""
    layers: int
    """Of the encoder, where there is a decoder, too."""
    positions: int | None
    """How many it can read at most; None where its positions are relative."""
    vocabulary: int
    """Rows of the token embeddings."""
    has_chat: bool
    """Whether there is a chat template."""


def describe(folder: Path) -> PretrainedInfo:
    """Tell what a folder holds.

    Raises:
        RecipeError: no model, one that transformers does not know, weights that are missing or truncated, or a
            tokenizer that is missing or does not match.
    """
    config = _config(folder)
    if config.get_text_config() is not config:
        raise RecipeError(
            f"{folder}: expected a model of texts alone, found model_type {config.model_type!r}, which holds one "
            "beside others. Save the text model in it by itself, or use another model."
        )
    family = _family(folder, config)
    _check_weights(folder)
    tokenizer = load_tokenizer(folder)
    ids = set(tokenizer.backend_tokenizer.get_vocab(with_added_tokens=True).values())
    if max(ids) >= config.vocab_size:
        raise RecipeError(
            f"{folder}: expected a tokenizer whose ids fit the model's {config.vocab_size:,} token embeddings, found "
            f"ids up to {max(ids):,}. Take model and tokenizer from the same place."
        )
    if lost := sorted(id for id in _ends(config) if id < config.vocab_size and id not in ids):
        raise RecipeError(
            f"{folder}: expected a tokenizer with the tokens {', '.join(map(str, lost))}, which its config.json begins "
            f"or ends texts with, found one of {len(ids):,} tokens without them. "
            "Take model and tokenizer from the same place."
        )
    return PretrainedInfo(
        folder,
        family,
        config.model_type,
        config.hidden_size,
        config.num_hidden_layers,
        positions_of(config),
        config.vocab_size,
        bool(tokenizer.chat_template),
    )


def _ends(config: PreTrainedConfig) -> set[int]:
    """The tokens that a configuration says texts begin or end with; what its kind says of itself tells nothing."""
    usual, found = type(config)(), set[int]()
    for name in ("bos_token_id", "eos_token_id"):
        said = getattr(config, name, None)
        if said != getattr(usual, name, None):
            found.update(id for id in (said if isinstance(said, list) else [said]) if isinstance(id, int) and id >= 0)
    return found


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The fast tokenizer of a folder, which neither cuts nor pads.

    Raises:
        RecipeError: there is none.
    """
    if not any((folder / name).is_file() for name in _ANY_TOKENIZER):
        raise RecipeError(
            f"{folder}: expected a tokenizer beside the model, found none of {', '.join(_ANY_TOKENIZER)}. "
            "Save the tokenizer there, too (tokenizer.save_pretrained)."
        )
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # noqa: BLE001 - the parser in Rust raises bare exceptions
        raise _no_tokenizer(folder, f"one that does not load ({first_line(error)})") from None
    if not tokenizer.is_fast:
        raise _no_tokenizer(folder, f"{type(tokenizer).__name__}, which is none")
    if not tokenizer.backend_tokenizer.get_vocab_size(with_added_tokens=False):
        raise _no_tokenizer(folder, "one without a single token")
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def _no_tokenizer(folder: Path, found: str) -> RecipeError:
    return RecipeError(
        f"{folder}: expected a fast tokenizer (tokenizer.json), found {found}. "
        "Save it anew with a current version of transformers, or use another model."
    )


def _config(folder: Path) -> PreTrainedConfig:
    path = folder / "config.json"
    if not path.is_file():
        raise RecipeError(
            f"{folder}: expected a model in the Hugging Face layout, found no config.json. Check the path; "
            "a GGUF file is given by its own name."
        )
    try:
        json.loads(path.read_text(encoding="utf-8"))["model_type"]
        config: PreTrainedConfig = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    except (ValueError, KeyError, TypeError) as error:
        found = f"KeyError: {error}" if isinstance(error, KeyError) else first_line(error)
        raise RecipeError(
            f"{path}: expected the configuration of a model that transformers {transformers.__version__} knows, found "
            f"another ({found}). Use another model, or install a newer transformers."
        ) from None
    return config


def _family(folder: Path, config: PreTrainedConfig) -> Family:
    kind = config.model_type
    if config.is_encoder_decoder and kind in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES:
        return "encoder_decoder"
    if not config.is_encoder_decoder and kind in MODEL_FOR_MASKED_LM_MAPPING_NAMES:
        return "decoder" if getattr(config, "is_decoder", False) else "encoder"
    if not config.is_encoder_decoder and kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return "decoder"
    raise RecipeError(
        f"{folder}: expected a language model, such as gpt2 or llama (decoder), bert (encoder) or t5 (encoder and "
        f"decoder), found model_type {kind!r}. Use another model."
    )


def weight_names(folder: Path) -> frozenset[str]:
    """What the weights of a model are called that `describe` has found to be whole."""
    names: set[str] = set()
    for path in _weight_files(folder):
        with safe_open(path, "pt") as file:
            names.update(file.keys())
    return frozenset(names)


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    names = {"model.safetensors"}
    if index.is_file():
        try:
            names = {str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
        except (ValueError, KeyError, TypeError, AttributeError):
            names = set()
        if not names:
            raise RecipeError(
                f"{index}: expected a weight_map, which says in which file each weight is, found none. "
                "Fetch the model again."
            )
    return [folder / name for name in sorted(names)]


def _check_weights(folder: Path) -> None:
    """Every file of weights is there and as long as its header says."""
    for path in _weight_files(folder):
        if not path.is_file():
            raise RecipeError(
                f"{folder}: expected its weights in {path.name}, found no such file. "
                "Save them anew with save_pretrained, or fetch the model again; pickled weights are not read."
            )
        try:
            with safe_open(path, "pt"):
                pass
        except SafetensorError as error:
            raise RecipeError(
                f"{path}: expected whole weights, found a file of {path.stat().st_size:,} bytes that is truncated or "
                f"damaged ({first_line(error)}). Fetch the model again."
            ) from None
