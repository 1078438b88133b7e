"""How a backbone is run in training: with or without kept states, interpreted or compiled, with which attention."""

import os
import shutil
from typing import Any, Final

import torch
from torch import nn

from tastemaker.errors import RecipeError
from tastemaker.model.precision import is_mixed
from tastemaker.training.config import TrainingConfig

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
    models: list[Any] = [part for part in backbone.modules() if hasattr(part, "set_attn_implementation")]
    if config.gradient_checkpointing:
        for model in models:
            if hasattr(model, "activation_checkpointing_enable"):
                model.activation_checkpointing_enable({"use_reentrant": False})
    if device.type == "cpu" and is_mixed(config.precision, device):
        for model in models:
            if model.config._attn_implementation == "sdpa":
                model.set_attn_implementation("eager")  # the fused kernel's gradient is ten times as slow
    if config.compile:
        backbone.compile(dynamic=True)
