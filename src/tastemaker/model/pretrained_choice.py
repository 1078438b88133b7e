"""What a recipe takes of a pretrained Transformer: which layers, which tokens, and whether that fits the recipe."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import torch
from transformers import AutoConfig, PreTrainedConfig

from tastemaker.errors import RecipeError
from tastemaker.model import tokenizer as markers
from tastemaker.model.anatomy import Anatomy, chosen_layers, with_layers
from tastemaker.model.config import FROM_SCRATCH, ModelConfig
from tastemaker.model.decoder_probe import gives_the_same
from tastemaker.model.encoder import reads_rows
from tastemaker.model.encoder_decoder import TYPES
from tastemaker.model.network import BACKBONES
from tastemaker.model.pretrained import pretrained_folder
from tastemaker.model.pretrained_info import PretrainedInfo, describe, load_tokenizer, weight_names
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.model.weights import Source
from tastemaker.tasks.example import Task

SCALED_LOGITS: Final = ("final_logit_softcapping", "logit_scale", "logits_scaling")
"""Settings of models whose language-model head does more than multiply by its rows."""
COUNTED_LAYERS: Final = "scale_attn_by_inverse_layer_idx"
"""Setting of models, such as some GPT-2, whose layers do the less the further they are from the first."""
FIRST_GAP: Final = "<extra_id_0>"
"""What T5 has learnt to read where words are left out."""
NARROW_EMBEDDINGS: Final = ("embedding_size", "word_embed_proj_dim")
"""What the width of token embeddings is called in models that project them, such as ALBERT, ELECTRA or OPT."""


@dataclass(frozen=True)
class Choice:
    """A pretrained Transformer and what is taken of it."""

    info: PretrainedInfo
    layers: tuple[int, ...]
    """Places in its stack of the layers that are kept."""
    trims: bool
    """Whether its vocabulary is cut down to what the texts use."""
    decoder_layers: tuple[int, ...] = ()
    """The same as `layers` of the stack that writes, where another one reads."""

    @cached_property
    def config(self) -> PreTrainedConfig:
        """Its configuration in transformers, all layers."""
        config: PreTrainedConfig = AutoConfig.from_pretrained(str(self.info.folder), local_files_only=True)
        return config

    @property
    def anatomy(self) -> Anatomy:
        """What the backbone is built from."""
        sizes = with_layers(self.config, list(self.layers), self.decoder_layers)
        if self.info.family == "encoder_decoder":
            # transformers calls every T5 tied; that some are not is told by their weights alone.
            sizes["tie_word_embeddings"] = "lm_head.weight" not in weight_names(self.info.folder)
        return Anatomy(self.info.family, sizes)

    def tokenizer(self, texts: Iterable[str]) -> tuple[TextTokenizer, Source]:
        """Its tokenizer for these texts, and what of its weights goes with it."""
        pretrained = load_tokenizer(self.info.folder)
        specials = [id for id in (pretrained.eos_token_id, pretrained.mask_token_id) if id is not None]
        tokenizer, rows = TextTokenizer.adapted(pretrained, texts if self.trims else None, specials)
        same = {markers.END: pretrained.eos_token_id, markers.MASK: pretrained.mask_token_id}
        if self.info.family == "encoder":
            same[markers.HISTORY] = pretrained.cls_token_id  # what texts began with: a row begins with it, too
        if self.info.family == "encoder_decoder":
            same |= {markers.ASSISTANT: self._start, markers.MASK: pretrained.get_vocab().get(FIRST_GAP)}
        if tokenizer.chat is not None and tokenizer.chat.after_assistant:
            same[markers.END] = rows[tokenizer.chat.after_assistant[0] - len(markers.MARKERS)]
        known = {marker: row for marker, row in same.items() if row is not None}
        return tokenizer, Source(self.info.folder, self.info.family, self.layers, rows, known, self.decoder_layers)

    @property
    def _start(self) -> int | None:
        """Row of the token that opens what a decoder with an encoder writes."""
        start: int | None = getattr(self.config, "decoder_start_token_id", None)
        return self.config.pad_token_id if start is None else start


def choose(config: ModelConfig, say: Callable[[str], None]) -> Choice:
    """Find the pretrained Transformer of a recipe and see whether it can do what the recipe asks.

    Raises:
        RecipeError: there is none, or it has fewer layers or positions than asked for, another kind of head, or none of
            `model.lora_targets`; or it is no decoder, and is to have `model.history_layers`.
        DownloadError: it cannot be fetched.
    """
    info = describe(pretrained_folder(config.backbone, say))
    if config.layers is not None and config.layers > info.layers:
        raise RecipeError(f"model.layers: {config.backbone} has {info.layers} layers, found {config.layers}.")
    layers = tuple(chosen_layers(info.layers, config.layers, config.layer_choice))
    choice = Choice(info, layers, config.trim_vocabulary)
    if len(layers) < info.layers:
        _check_layers(choice, config.backbone)
    if config.history_layers is not None and info.family != "decoder":
        raise RecipeError(
            f"model.history_layers: expected a decoder, found {config.backbone}, an {info.family}. Leave it out."
        )
    if info.positions is not None and config.window > info.positions:
        raise RecipeError(
            f"model.window: {config.backbone} reads at most {info.positions} positions, found {config.window}. "
            "Lower it, and with it the tasks' max_history if need be."
        )
    _check_head(choice.config, config.backbone)
    _check_embeddings(choice.config, config.backbone)
    if info.family == "decoder" and not gives_the_same(choice.config):
        raise RecipeError(
            f"model.backbone: expected a causal language model that reads token embeddings as they are, whose logits "
            f"are its states times the rows of a table, and that reads on behind a cache of keys and values, found "
            f"{config.backbone} ({info.model_type}), which does not. Use another model, such as smollm2."
        )
    if info.family == "encoder" and not reads_rows(choice.anatomy):
        raise RecipeError(
            f"model.backbone: expected an encoder that takes vectors and whose states do not depend on padding, found "
            f"{config.backbone} ({info.model_type}), which is none. Use another model, such as minilm."
        )
    if info.family == "encoder_decoder":
        choice = _with_decoder(choice, config)
    if config.adaptation == "lora" and config.lora_targets:
        with torch.device("meta"):  # a skeleton, which tells whether the targets are there
            BACKBONES[info.family](config, info.vocabulary, choice.anatomy)
    return choice


def _with_decoder(choice: Choice, config: ModelConfig) -> Choice:
    """The same with the layers of the second stack."""
    if choice.info.model_type not in TYPES:
        raise RecipeError(
            f"model.backbone: expected an encoder-decoder whose positions are relative ({', '.join(TYPES)}), found "
            f"{choice.info.model_type} in {config.backbone}. Use a T5, or a decoder such as smollm2."
        )
    count = choice.config.num_decoder_layers
    return replace(choice, decoder_layers=tuple(chosen_layers(count, config.layers, config.layer_choice)))


def check_tasks(choice: Choice, name: str, tasks: Mapping[str, Task]) -> None:
    """See whether a backbone can learn the tasks of a recipe.

    Raises:
        RecipeError: some are written, and it cannot write.
    """
    written = [f"[tasks.{task}]" for task, it in tasks.items() if it.writes]
    if written and not BACKBONES[choice.info.family].writes:
        raise RecipeError(
            f"model.backbone: expected a backbone that writes, as {_listed(written)} need one, found {name}, an "
            f"{choice.info.family} ({choice.info.model_type}), which ranks, rates and classifies but cannot write. "
            f"Remove {'this table' if len(written) == 1 else 'these tables'}, or set model.backbone to smollm2, "
            f"{', '.join(FROM_SCRATCH)} or another decoder or encoder-decoder."
        )


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _check_layers(choice: Choice, name: str) -> None:
    """Layers can be left out, and those that are kept are not known by their place, as in a list of such places."""
    plain = choice.config.to_dict()
    is_counted = plain.get(COUNTED_LAYERS, False) or any(
        name.endswith("_layers") and isinstance(value, list) and value and len(value) != choice.info.layers
        for name, value in plain.items()
    )
    try:
        with_layers(choice.config, list(choice.layers))
    except NotImplementedError:
        is_counted = True
    if is_counted:
        raise RecipeError(
            f"model.layers: expected a model whose layers can be left out, found {name} ({choice.info.model_type}), of "
            "which all are needed. Leave model.layers out."
        )


def _check_embeddings(config: Any, name: str) -> None:
    """Items and tokens enter as vectors as wide as the states."""
    for setting in NARROW_EMBEDDINGS:
        found = getattr(config, setting, None)
        if found not in (None, config.hidden_size):
            raise RecipeError(
                f"model.backbone: expected token embeddings as wide as the states, which are {config.hidden_size} wide "
                f"in {name}, found {setting} = {found}. Use another model."
            )


def _check_head(config: Any, name: str) -> None:
    for setting in SCALED_LOGITS:
        if getattr(config, setting, None) not in (None, 1, 1.0):
            raise RecipeError(
                f"model.backbone: expected a language-model head that multiplies states by the rows of its table, "
                f"found {setting} = {getattr(config, setting)} in {name}. Use another model."
            )
