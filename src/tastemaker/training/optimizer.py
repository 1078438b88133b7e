"""AdamW over the network and the balancer, with warm-up and a cosine."""

import math
from typing import Final

import torch
from torch import nn

from tastemaker.training.config import TrainingConfig

QUICK: Final = 10.0
"""How many times the learning rate precisions have: a factor of ten or so is theirs to cover, and ratings are few."""


def build_optimizer(
    network: nn.Module, balancer: object, config: TrainingConfig, balancer_rate: float
) -> torch.optim.AdamW:
    """Weight decay acts on matrices only; the balancer's parameters have none, and a learning rate of their own.

    So have the logarithms of precisions, which tell how far what was counted is shrunk.
    """
    parameters = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
    quick = [p for name, p in parameters.items() if name.endswith("log_precision")]
    slow = [p for name, p in parameters.items() if not name.endswith("log_precision")]
    groups = [
        {"params": [p for p in slow if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in slow if p.ndim < 2], "weight_decay": 0.0},
    ]
    if quick:
        groups.append({"params": quick, "weight_decay": 0.0, "lr": config.learning_rate * QUICK})
    own = list(balancer.parameters()) if isinstance(balancer, nn.Module) else []
    if own:
        groups.append({"params": own, "weight_decay": 0.0, "lr": balancer_rate})
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)
    for group in optimizer.param_groups:
        group["peak_lr"] = group["lr"]
    return optimizer


def rate_factor(step: int, total_steps: int, warmup_share: float) -> float:
    """The learning rate of a step as a share of its peak: a linear rise, then half a cosine down to a tenth."""
    warmup = max(1, int(total_steps * warmup_share))
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total_steps - warmup))
    return 0.1 + 0.45 * (1 + math.cos(math.pi * progress))


def set_rates(optimizer: torch.optim.AdamW, factor: float) -> None:
    """Scale every group's peak learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak_lr"] * factor
