"""How a backbone is run in training: with or without kept states, interpreted or compiled, with which attention."""

from typing import Any

import torch
from torch import nn

from tastemaker.training.config import TrainingConfig
from tastemaker.training.precision import is_mixed


def set_execution(backbone: nn.Module, config: TrainingConfig, device: torch.device) -> None:
    """Make a backbone run as `[training]` says, in place; what it computes stays the same.

    Source:
        Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, for states that are computed again.
    """
    if config.gradient_checkpointing:
        for part in backbone.children():
            enable: Any = getattr(part, "activation_checkpointing_enable", None)
            if enable is not None:
                enable({"use_reentrant": False})
    if device.type == "cpu" and is_mixed(config.precision, device):
        for part in backbone.children():
            if getattr(getattr(part, "config", None), "_attn_implementation", None) == "sdpa":
                set_attention: Any = part.set_attn_implementation  # the fused kernel's gradient is ten times as slow
                set_attention("eager")
    if config.compile:
        backbone.compile(dynamic=True)
