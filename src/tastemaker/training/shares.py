"""What share of a step's positions each group of tasks gets: by its size, evenly, or by what it has left to learn.

    p_g ∝ w_g min(size_g, cap)^(1/T) r_g^α,    r_g = left_g / mean left,    left = best validation loss / first one

w is `mixture_weight` of the group's tasks; T is 1 for `proportional`, infinite for `uniform`, and `mixture_temperature`
otherwise; r is 1 but for `progress`. The best loss so far counts, not the last one: more positions do not help a task
that has begun to learn by heart.

Source:
    Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", JMLR 2020, for
    temperature and cap.
    Jean et al., "Adaptive Scheduling for Multi-Task Learning", 2019, for giving more to tasks that are behind.
    Chen et al., "GradNorm", ICML 2018, for r, the relative inverse training rate, and its exponent α.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tastemaker.training.config import TrainingConfig

MOST: Final = 4.0
"""How many times larger or smaller progress makes a group's weight at most: no group is starved."""

Losses = Mapping[str, float]


@dataclass
class Progress:
    """The first and the best validation loss of every task of a group."""

    first: dict[str, float] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)

    def update(self, losses: Losses) -> None:
        """Take in a validation."""
        for task, loss in losses.items():
            self.first.setdefault(task, loss)
            self.best[task] = min(loss, self.best.get(task, loss))

    @property
    def left(self) -> float:
        """Mean over tasks of the share of their first loss that is left; 1 before the first validation."""
        return fmean([self.best[task] / first for task, first in self.first.items() if first > 0] or [1.0])


def token_shares(
    sizes: Sequence[int],
    budget: int,
    config: TrainingConfig,
    left: Sequence[float] = (),
    weights: Sequence[float] | None = None,
) -> list[int]:
    """Split a budget of positions among groups.

    Args:
        sizes: positions of an epoch of each group.
        budget: positions of one step.
        config: says by which rule.
        left: what each group has left to learn, for `progress`; none is alike for all.
        weights: `mixture_weight` of each group; left out, 1 for all.
    """
    most = np.inf if config.mixture_cap is None else config.mixture_cap
    powers = np.minimum(np.array(sizes, dtype=np.float64), most) ** _exponent(config)
    if weights is not None:
        powers *= weights
    if left and config.mixture == "progress":
        powers *= _rates(left, config.mixture_strength)
    return [max(1, round(budget * share)) for share in powers / powers.sum()]


def _exponent(config: TrainingConfig) -> float:
    return {"proportional": 1.0, "uniform": 0.0}.get(config.mixture, 1.0 / config.mixture_temperature)


def _rates(left: Sequence[float], strength: float) -> NDArray[np.float64]:
    """r^α of every group, within bounds."""
    relative = np.array(left) / max(float(np.mean(left)), 1e-8)
    return np.asarray((relative**strength).clip(1 / MOST, MOST))
