"""Loss weighting and gradient aggregation."""

from collections.abc import Callable

from torch import Tensor

from tastemaker.balancing.weighting import Fixed, LossWeighting, Uncertainty

BALANCERS: dict[str, Callable[[Tensor], LossWeighting]] = {
    "fixed": Fixed,
    "uncertainty": Uncertainty,
}
"""By the recipe's `balancing.method`; each is built from the tasks' own weights `[K]`."""
