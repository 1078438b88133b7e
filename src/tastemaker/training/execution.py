"""How a backbone is run in training: with or without kept states, interpreted or compiled, with which attention."""

import os
import shutil
from typing import Any, Final

import torch
from torch import nn

from tastemaker.errors import RecipeError
from tastemaker.training.config import TrainingConfig
from tastemaker.training.precision import is_mixed

COMPILERS: Final = ("g++", "clang++", "cl")
"""What is looked for where $CXX names none."""


def check_compiler(config: TrainingConfig, device: torch.device) -> None:
    """See whether `training.compile` can do its work: for a processor it has C++ compiled.

    Raises:
        RecipeError: there is no compiler.
    """
    names = os.environ.get("CXX", "").split()[:1] or COMPILERS
    if config.compile and device.type == "cpu" and not any(map(shutil.which, names)):
        raise RecipeError(
            f"training.compile: expected a C++ compiler, found none of {', '.join(names)}. Install one, such as g++, "
            "or set training.compile = false."
        )


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
