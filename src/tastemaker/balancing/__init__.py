"""Loss weighting and gradient aggregation."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import (
    Aggregator,
    Solved,
    falling_in_proportion,
    preferring,
    then_weighted,
)
from tastemaker.balancing.combiner import Combiner, TaskLosses
from tastemaker.balancing.config import BalancingConfig
from tastemaker.balancing.conflict_free import ConflictFree
from tastemaker.balancing.dwa import DynamicWeightAverage
from tastemaker.balancing.famo import FastAdaptive
from tastemaker.balancing.geometric_mean import GeometricMean
from tastemaker.balancing.graddrop import GradientSignDropout
from tastemaker.balancing.gradnorm import GradNorm
from tastemaker.balancing.gradvac import GradientVaccine
from tastemaker.balancing.imtl_l import ScaledLosses
from tastemaker.balancing.nash import NashBargain
from tastemaker.balancing.one_backward import OneBackward
from tastemaker.balancing.pcgrad import ProjectedGradients
from tastemaker.balancing.per_task import Parameters, PerTaskGradients
from tastemaker.balancing.random_weights import RandomWeights
from tastemaker.balancing.stch import SmoothTchebycheff
from tastemaker.balancing.weighting import Fixed, LossWeighting, Uncertainty
from tastemaker.errors import RecipeError

__all__ = [
    "AGGREGATORS",
    "BALANCERS",
    "WEIGHTINGS",
    "Aggregator",
    "Combiner",
    "Fixed",
    "Given",
    "LossWeighting",
    "Parameters",
    "TaskLosses",
    "Uncertainty",
    "build_combiner",
    "check_balancing",
]


@dataclass(frozen=True)
class Given:
    """What a method is built from."""

    weights: Tensor
    """The tasks' own, `[K]`."""
    config: BalancingConfig = field(default_factory=BalancingConfig)
    seed: int = 0
    """Of whatever the method draws."""


WEIGHTINGS: Final[dict[str, Callable[[Given], LossWeighting]]] = {
    "fixed": lambda given: Fixed(given.weights),
    "uncertainty": lambda given: Uncertainty(given.weights),
    "imtl_l": lambda given: ScaledLosses(given.weights),
    "dwa": lambda given: DynamicWeightAverage(given.weights, given.config.dwa_window, given.config.dwa_temperature),
    "famo": lambda given: FastAdaptive(given.weights, given.config.famo_rate),
    "gradnorm": lambda given: GradNorm(given.weights, given.config.gradnorm_alpha),
    "geometric_mean": lambda given: GeometricMean(given.weights),
    "stch": lambda given: SmoothTchebycheff(given.weights, given.config.stch_mu),
    "random": lambda given: RandomWeights(given.weights, given.seed),
}
"""Loss weightings by the recipe's `balancing.method`: one backward pass."""

AGGREGATORS: Final[dict[str, Callable[[Given], Aggregator]]] = {
    "pcgrad": lambda given: ProjectedGradients(given.weights, given.seed),
    "gradvac": lambda given: GradientVaccine(given.weights, given.config.gradvac_beta, given.seed),
    "graddrop": lambda given: GradientSignDropout(given.weights, given.config.graddrop_leak, given.seed),
    "mgda": lambda given: Solved(given.weights, falling_in_proportion(aggregation.MGDAWeighting())),
    "cagrad": lambda given: Solved(given.weights, then_weighted(aggregation.CAGradWeighting(given.config.cagrad_c))),
    "imtl_g": lambda given: Solved(given.weights, then_weighted(aggregation.IMTLGWeighting())),
    "aligned_mtl": lambda given: Solved(given.weights, preferring(aggregation.AlignedMTL())),
    "fairgrad": lambda given: Solved(
        given.weights, then_weighted(aggregation.FairGradWeighting(given.config.fairgrad_alpha))
    ),
    "config": lambda given: ConflictFree(given.weights),
    "upgrad": lambda given: Solved(given.weights, preferring(aggregation.UPGrad())),
    "dualproj": lambda given: Solved(given.weights, preferring(aggregation.DualProj())),
    "nash_mtl": lambda given: NashBargain(given.weights),
}
"""Gradient aggregations by the recipe's `balancing.method`: a gradient of every task. The last three need an extra."""

BALANCERS: Final = (*WEIGHTINGS, *AGGREGATORS)
"""Every `balancing.method`."""


def build_combiner(given: Given, parameters: Parameters) -> Combiner:
    """What turns task losses into gradients as the recipe says.

    Raises:
        RecipeError: the method needs what is not installed, or cannot do what the recipe asks of it.
    """
    config = given.config
    if config.method in WEIGHTINGS:
        return OneBackward(WEIGHTINGS[config.method](given))
    aggregator = _aggregator(given)
    if config.on == "features" and not aggregator.weighs_tasks:
        raise RecipeError(
            f"balancing.on = 'features' needs a method that weighs tasks, found {config.method!r}, which chooses for "
            "every parameter by itself. Set balancing.on = 'parameters', or take another method."
        )
    return PerTaskGradients(aggregator, parameters, config.every, on_features=config.on == "features")


def check_balancing(config: BalancingConfig) -> None:
    """See whether training can balance like this, before there is anything to train.

    Raises:
        RecipeError: it cannot; see `build_combiner`.
    """
    build_combiner(Given(torch.ones(2), config), Parameters((), ()))


def _aggregator(given: Given) -> Aggregator:
    try:
        return AGGREGATORS[given.config.method](given)
    except ImportError:  # torchjd looks for the solver of a method when it is made
        raise RecipeError(
            f"balancing.method = {given.config.method!r} needs a solver under the GPL, which is not installed. "
            "Install it with: pip install 'tastemaker[gpl-solvers]'; or take another method, such as 'cagrad'."
        ) from None
