"""What a named metric is: which material it reads, and the function that measures it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tastemaker.metrics.places import Places
from tastemaker.metrics.tally import FloatArray, Tally, mean_of

Reads = Literal[
    "places", "novel", "scored", "classes", "texts", "facts", "recommends", "titles", "asked", "answers", "likelihood"
]
"""`Places`; those of what had not come up before; `Scored`; `Classes`; `Texts`; `Stated` facts; `Scored` of whether a
reply recommends; strayed titles and met wishes, `[N]`, 0 or 1 each; `ShortAnswers`; `Likelihood` of references."""


@dataclass(frozen=True)
class Metric:
    """A metric by name; `measure` takes the material that `reads` names."""

    reads: Reads
    measure: Callable[[Any], Tally | float]
    is_lower_better: bool = False


def at_k(function: Callable[[Places, int], FloatArray], k: int) -> Callable[[Places], Tally]:
    """The mean over examples of a ranking metric at cut-off `k`."""
    return lambda places: mean_of(function(places, k))
