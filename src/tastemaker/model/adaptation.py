"""How the weights of a pretrained Transformer take part in training: all of them, none, or small ones beside them."""

from typing import Final

from peft import LoraConfig, inject_adapter_in_model
from torch import nn
from transformers.pytorch_utils import Conv1D

from tastemaker.errors import RecipeError
from tastemaker.model.config import ModelConfig

LINEAR: Final = (nn.Linear, Conv1D)
"""GPT-2 has its linear layers transposed."""


def adapt(trunk: nn.Module, config: ModelConfig) -> None:
    """Make the weights of `trunk` trainable as `model.adaptation` says, in place.

    Source:
        Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022.

    Raises:
        RecipeError: `model.lora_targets` match no layer.
    """
    if config.adaptation == "full":
        return
    trunk.requires_grad_(False)
    if config.adaptation == "lora":
        known = linear_layers(trunk)
        if wrong := [name for name in config.lora_targets if name not in known]:
            raise RecipeError(
                f"model.lora_targets: expected names of linear layers, found {', '.join(wrong)}. This backbone has "
                f"{', '.join(known)}."
            )
        lora = LoraConfig(
            r=config.lora_rank,
            lora_alpha=2 * config.lora_rank,
            lora_dropout=config.dropout,
            target_modules=list(config.lora_targets) or known,
            fan_in_fan_out=any(isinstance(module, Conv1D) for module in trunk.modules()),
        )
        inject_adapter_in_model(lora, trunk)


def linear_layers(trunk: nn.Module) -> list[str]:
    """The last parts of the names of all linear layers, which are the same in every block."""
    return sorted({name.rsplit(".", 1)[-1] for name, module in trunk.named_modules() if isinstance(module, LINEAR)})
