"""What measurements of a training say of its tasks: means with standard errors, and which to train together.

An affinity is a share of a loss, and losses fall at different speeds. So what a task gains from others is told in
*own steps*: 0.2 means that the other task's share of a step does for it a fifth of what its own share does. Groups are
chosen by that, where the paper adds up plain affinities.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from tastemaker.training.affinity import FloatArray, Measurement
from tastemaker.training.task_grouping import Grouping, best_groupings, gains

GROUPS: Final = 3
"""Most groups that tasks are parted into."""
SURE: Final = 2.0
"""Standard errors by which a figure must exceed another to be taken for more."""


@dataclass(frozen=True)
class Estimate:
    """A mean over measurements."""

    mean: FloatArray
    """NaN where nothing was measured."""
    error: FloatArray
    """Its standard error, as if measurements were independent; NaN of fewer than two."""

    @classmethod
    def of(cls, values: FloatArray) -> "Estimate":
        """Of values `[M, ...]`, those that are NaN left out."""
        known = np.isfinite(values)
        count, filled = known.sum(0), np.where(known, values, 0.0)
        mean = _divided(filled.sum(0), count, 1)
        squares = np.where(known, (values - mean) ** 2, 0.0).sum(0)
        return cls(mean, np.sqrt(_divided(squares, count - 1, 1) / np.maximum(count, 1)))

    def plain(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {"mean": plain(self.mean), "standard_error": plain(self.error)}


@dataclass(frozen=True)
class Parting:
    """A grouping, and what it gains, in own steps."""

    grouping: Grouping
    by_task: Estimate
    """`[K]`"""
    whole: Estimate
    """Mean over tasks."""


@dataclass(frozen=True)
class Agreement:
    """How the `K` tasks of a recipe agree; matrices have a row for whose step it is and a column for whose loss."""

    tasks: tuple[str, ...]
    measurements: tuple[Measurement, ...]

    @cached_property
    def norms(self) -> Estimate:
        """Of the gradients in the shared parameters, `[K]`."""
        return Estimate.of(self._all("norms"))

    @cached_property
    def cosines(self) -> Estimate:
        """In the shared parameters, `[K, K]`."""
        return Estimate.of(self._all("cosines"))

    @cached_property
    def trunk_cosines(self) -> Estimate:
        """In the backbone alone, `[K, K]`."""
        return Estimate.of(self._all("trunk_cosines"))

    @cached_property
    def conflicts(self) -> FloatArray:
        """In how many of the measurements, as a share, two gradients point apart in the backbone, `[K, K]`."""
        cosines = self._all("trunk_cosines")
        return _divided((cosines < 0).sum(0), np.isfinite(cosines).sum(0), 1)

    @cached_property
    def affinity(self) -> Estimate:
        """Share of the loss, `[K, K]`."""
        return Estimate.of(self._all("affinity"))

    @cached_property
    def worth(self) -> Estimate:
        """The same in own steps, `[K, K]`; NaN onto a task whose own share does not lower its loss."""
        return Estimate.of(self._worth)

    @cached_property
    def partings(self) -> tuple[Parting, ...]:
        """The best in at most 1, 2, … groups; what is not known counts as nothing."""
        known, found = np.nan_to_num(self._worth), []
        for grouping in best_groupings(known.mean(0), GROUPS):
            by_task = gains(known, grouping)
            found.append(Parting(grouping, Estimate.of(by_task), Estimate.of(by_task.mean(-1))))
        return tuple(found)

    @cached_property
    def proposed(self) -> int:
        """Place of the parting with the fewest groups that none with more of them surely exceeds."""
        series = [gains(np.nan_to_num(self._worth), it.grouping).mean(-1) for it in self.partings]
        for place, own in enumerate(series):
            more = [Estimate.of(other - own) for other in series[place + 1 :]]
            if not any(float(gap.mean) > max(SURE * float(unsure(gap.error)), 1e-9) for gap in more):
                return place
        raise AssertionError("behind the last there are none with more")

    @property
    def _worth(self) -> FloatArray:
        own = np.diag(self.affinity.mean)
        return _divided(self._all("affinity"), own, 1e-12)

    def _all(self, name: str) -> FloatArray:
        return np.stack([getattr(it, name) for it in self.measurements])


def unsure(error: FloatArray) -> FloatArray:
    """A standard error; infinite where it is not known, as of a single measurement."""
    return np.where(np.isnan(error), np.inf, error)


def as_mapping(agreement: Agreement, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """All of it as JSON can hold it: `[K, K]` lists in the order of `tasks`, None for what is not known."""
    names = agreement.tasks
    return {
        "tasks": list(names),
        "measured_at": [it.step for it in agreement.measurements],
        "gradient_norms": agreement.norms.plain(),
        "cosines": agreement.cosines.plain(),
        "trunk_cosines": agreement.trunk_cosines.plain() | {"conflicts": plain(agreement.conflicts)},
        "affinity": agreement.affinity.plain(),
        "affinity_in_own_steps": agreement.worth.plain(),
        "groupings": [
            {
                "groups": [
                    {"trained": [names[it] for it in group.trained], "used": [names[it] for it in group.used]}
                    for group in parting.grouping
                ],
                "gain": parting.whole.plain(),
                "gain_by_task": parting.by_task.plain(),
            }
            for parting in agreement.partings
        ],
        "proposed": agreement.proposed,
        "measurements": [
            {"step": it.step}
            | {name: plain(getattr(it, name)) for name in ("losses", "norms", "cosines", "trunk_cosines", "affinity")}
            for it in agreement.measurements
        ],
        "recipe": dict(recipe),
    }


def plain(values: FloatArray) -> Any:
    """Nested lists with None for what is not known, six significant digits."""
    if np.ndim(values):
        return [plain(part) for part in values]
    return float(f"{values:.6g}") if np.isfinite(values) else None


def _divided(above: FloatArray, below: FloatArray, least: float) -> FloatArray:
    """The quotient; NaN where what it is divided by is less than `least`."""
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    with np.errstate(invalid="ignore"):
        is_enough = np.broadcast_to(below >= least, shape)
    found: FloatArray = np.divide(above, below, out=np.full(shape, np.nan), where=is_enough)
    return found
