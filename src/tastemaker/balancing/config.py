"""The recipe's `[balancing]` table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BalancingConfig:
    """How the task losses become one."""

    method: str = "fixed"
    """Name in `tastemaker.balancing.BALANCERS`."""
    learning_rate: float = 0.01
    """Of the balancer's own parameters, which get no weight decay."""
