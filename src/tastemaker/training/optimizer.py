"""AdamW over the network and the balancer, with warm-up and a cosine."""

import math
import re
from collections.abc import Container, Mapping
from typing import Any, Final

import torch
from torch import nn

from tastemaker.errors import RecipeError
from tastemaker.model.network import Network
from tastemaker.tasks.stake import Stake
from tastemaker.training.config import TrainingConfig

QUICK: Final = 10.0
"""How many times the learning rate precisions have: a factor of ten or so is theirs to cover, and ratings are few."""

NEW: Final = re.compile(r"backbone\.(history|tokens\.(markers|written)|output\.(markers|written))\b")
"""How the names of parameters begin that are new beside a pretrained trunk: the trunk's own rate is not theirs."""
PRECISION: Final = "log_precision"
"""How the names of these parameters end."""


def build_optimizer(
    network: nn.Module, balancer: object, config: TrainingConfig, balancer_rate: float, pulled: Container[str] = ()
) -> torch.optim.AdamW:
    """Weight decay acts on matrices only, and each part of the network has its own learning rate.

    What one task alone has decays as the task says, and parameters of the names `pulled` not at all. The balancer's
    parameters have no weight decay, and a learning rate of their own. So have the logarithms of precisions, which tell
    how far what was counted is shrunk.
    """
    parts: dict[tuple[float, float], list[nn.Parameter]] = {}
    stakes = network.stakes if isinstance(network, Network) else {}
    _check_owners(network, stakes)
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            decay = _decay(stakes.get(Network.owner(name) or ""), config) * (
                _decays(name, parameter) and name not in pulled
            )
            parts.setdefault((decay, _rate(name, config)), []).append(parameter)
    groups: list[dict[str, Any]] = [
        {"params": them, "weight_decay": decay, "lr": config.learning_rate * rate}
        for (decay, rate), them in parts.items()
    ]
    own = list(balancer.parameters()) if isinstance(balancer, nn.Module) else []
    if own:
        groups.append({"params": own, "weight_decay": 0.0, "lr": balancer_rate})
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)
    for group in optimizer.param_groups:
        group["peak_lr"] = group["lr"]
    return optimizer


def _check_owners(network: nn.Module, stakes: Mapping[str, Stake]) -> None:
    """A weight decay of a task's own needs weights of its own.

    Raises:
        RecipeError: some task has one, and nothing that it acts on.
    """
    owners = {Network.owner(name) for name, _ in network.named_parameters()}
    for name, stake in stakes.items():
        if stake.weight_decay is not None and name not in owners:
            raise RecipeError(
                f"[tasks.{name}] weight_decay: expected a task with weights of its own, found one that shares all. "
                "Leave it out, or set model.sharing to 'adapters' or 'experts'."
            )


def _decay(owner: Stake | None, config: TrainingConfig) -> float:
    """The weight decay of what a task owns, or of what is shared."""
    own = None if owner is None else owner.weight_decay
    return config.weight_decay if own is None else own


def _decays(name: str, parameter: nn.Parameter) -> bool:
    return parameter.ndim >= 2 and not name.endswith(PRECISION)


def _rate(name: str, config: TrainingConfig) -> float:
    """By what the learning rate of a parameter is multiplied."""
    if name.endswith(PRECISION):
        return QUICK
    if NEW.match(name):
        return 1.0
    factors = {"backbone.": config.backbone_rate, "item_table.": config.item_rate, "action_": config.item_rate}
    return next((factor for start, factor in factors.items() if name.startswith(start)), 1.0)


def rate_factor(step: int, total_steps: int, warmup_share: float, warmup_steps: int = 0) -> float:
    """The learning rate of a step as a share of its peak: a linear rise, then half a cosine down to a tenth.

    Layers that normalise their stream need the rise (Xiong et al., "On Layer Normalization in the Transformer
    Architecture", ICML 2020), and need as many steps of it in a short training.
    """
    warmup = max(1, int(total_steps * warmup_share), min(warmup_steps, total_steps // 2))
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / max(1, total_steps - warmup))
    return 0.1 + 0.45 * (1 + math.cos(math.pi * progress))


def set_rates(optimizer: torch.optim.AdamW, factor: float) -> None:
    """Scale every group's peak learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak_lr"] * factor
