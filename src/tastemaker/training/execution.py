"""How a backbone is run in training: with or without kept states, interpreted or compiled."""

from typing import Any

from torch import nn

from tastemaker.training.config import TrainingConfig


def set_execution(backbone: nn.Module, config: TrainingConfig) -> None:
    """Make a backbone run as `[training]` says, in place; what it computes stays the same.

    Source:
        Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, for states that are computed again.
    """
    if config.gradient_checkpointing:
        for part in backbone.children():
            enable: Any = getattr(part, "activation_checkpointing_enable", None)
            if enable is not None:
                enable({"use_reentrant": False})
    if config.compile:
        backbone.compile(dynamic=True)
