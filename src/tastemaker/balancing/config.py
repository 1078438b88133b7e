"""The recipe's `[balancing]` table."""

from dataclasses import dataclass
from typing import Final, Literal

from tastemaker.errors import RecipeError

MORE_THAN_NOTHING: Final = ("dwa_temperature", "stch_mu", "famo_rate", "fairgrad_alpha")


@dataclass(frozen=True)
class BalancingConfig:
    """How the losses of the tasks, or their gradients, become one. A key that a method does not read does nothing."""

    method: str = "fixed"
    """Name in `tastemaker.balancing.BALANCERS`."""
    learning_rate: float = 0.01
    """Of the balancer's own parameters, which get no weight decay."""
    every: int = 1
    """The gradient of a task is taken in one of so many of its steps; those between take the weights found last."""
    on: Literal["parameters", "features"] = "parameters"
    """What gradients are compared in: all shared `parameters`, or the cheaper `features` that the heads read."""
    dwa_temperature: float = 2.0
    """Larger is more even."""
    dwa_window: int = 50
    """Steps whose mean losses are compared: the epochs of the paper."""
    famo_rate: float = 0.025
    """Learning rate of FAMO's own weights."""
    stch_mu: float = 0.1
    """Smaller is closer to the worst task alone."""
    gradnorm_alpha: float = 1.5
    """How strongly tasks that learn slowly are helped."""
    cagrad_c: float = 0.4
    """How far the step may leave the mean gradient, as a share of its length, at most 1."""
    fairgrad_alpha: float = 2.0
    """1 is proportional fairness, larger is closer to the task that gains least."""
    gradvac_beta: float = 0.01
    """How fast the wanted similarities of gradients follow those that are found."""
    graddrop_leak: float = 0.0
    """Share of a gradient that passes where its sign was not chosen."""

    def __post_init__(self) -> None:
        for name in ("every", "dwa_window"):
            if getattr(self, name) < 1:
                raise RecipeError(f"balancing.{name} must be at least 1, found {getattr(self, name)}.")
        for name in MORE_THAN_NOTHING:
            if not getattr(self, name) > 0:
                raise RecipeError(f"balancing.{name} must be more than 0, found {getattr(self, name)}.")
        for name in ("cagrad_c", "gradvac_beta", "graddrop_leak"):
            if not 0 <= getattr(self, name) <= 1:
                raise RecipeError(f"balancing.{name} must lie between 0 and 1, found {getattr(self, name)}.")
