"""Whether what a reason states is true, and whether it states anything at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tastemaker.metrics.tally import Tally, mean_of, ratio_of

Facts = frozenset[tuple[str, str]]
"""(type, value) pairs, e.g. ("genre", "Comedy")."""


@dataclass(frozen=True)
class Stated:
    """For each reason the facts that it states, and those that are true of its item and user."""

    stated: Sequence[Facts]
    true: Sequence[Facts]


def grounding(facts: Stated) -> Tally:
    """Share of all stated facts that are true; 0 where none is stated."""
    right = [len(stated & true) for stated, true in zip(facts.stated, facts.true, strict=True)]
    return ratio_of(np.array(right, dtype=np.float64), _counts(facts))


def facts_per_reason(facts: Stated) -> Tally:
    """Mean number of facts that a reason states: read beside `grounding`, since a silent writer makes no mistake."""
    return mean_of(_counts(facts))


def grounded_reasons(facts: Stated) -> Tally:
    """Share of reasons that state at least one fact and none that is false."""
    good = [bool(stated) and stated <= true for stated, true in zip(facts.stated, facts.true, strict=True)]
    return mean_of(np.array(good, dtype=np.float64))


def _counts(facts: Stated) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([len(stated) for stated in facts.stated], dtype=np.float64)
