"""Mixed precision: which products are taken in bfloat16.

Weights, optimizer, sums and losses stay in float32; `torch.autocast` picks the rest by operation. The softmax over a
catalog is nearly all products, and a processor that multiplies bfloat16 natively takes it in half the time.

Source:
    Micikevicius et al., "Mixed Precision Training", ICLR 2018.
"""

import torch

from tastemaker.errors import RecipeError


def autocast(precision: str, device: torch.device) -> torch.autocast:
    """A context in which forward passes are of `precision`; `auto` is bfloat16 where the device is fast at it."""
    return torch.autocast(device.type, torch.bfloat16, enabled=is_mixed(precision, device))


def is_mixed(precision: str, device: torch.device) -> bool:
    """Whether products are taken in bfloat16."""
    return precision == "bfloat16" or (precision == "auto" and is_bfloat16_native(device))


def check_precision(precision: str, device: torch.device) -> None:
    """See whether `device` has the type that a recipe names; a processor computes bfloat16 in any case, if slowly.

    Raises:
        RecipeError: it has not.
    """
    if precision == "bfloat16" and device.type != "cpu" and not is_bfloat16_native(device):
        raise RecipeError(
            f"training.precision: expected a type that {device} has, found bfloat16, which it lacks. "
            "Set training.precision = 'float32', or 'auto'."
        )


def is_bfloat16_native(device: torch.device) -> bool:
    """Whether `device` multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        found = torch.cpu.get_capabilities()
        return bool(found.get("avx512_bf16") or found.get("amx_bf16"))
    return False
