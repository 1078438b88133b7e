"""The recipe's `[tune]` table: by what trials are judged, and between which values they choose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tastemaker.errors import RecipeError

Value = str | bool | int | float
"""What a recipe's key may hold in a trial."""

SHARED: Final = (
    "data",
    "evaluation",
    *(
        f"training.{key}"
        for key in (
            "epochs",
            "max_steps",
            "token_budget",
            "seed",
            "device",
            "threads",
            "validate_every",
            "patience",
            "validation_examples",
        )
    ),
)
"""Tables and keys that all trials have in common, so that each has the same budget and is judged alike."""


@dataclass(frozen=True)
class Range:
    """Any number from `low` to `high`; whole numbers only, if both ends are."""

    low: float
    high: float
    log: bool = False
    """Whether equal ratios rather than equal distances are equally likely."""

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise RecipeError(f"low must be less than high, found {self.low} and {self.high}.")
        if self.log and not self.low > 0:
            raise RecipeError(f"low must be more than 0 where log = true, found {self.low}.")

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers only."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def ends(self) -> tuple[Value, ...]:
        """Values that a recipe must be able to hold, for it to hold all."""
        return (self.low, self.high)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"between {self.low} and {self.high}"


@dataclass(frozen=True)
class Choices:
    """One of some values."""

    choices: tuple[Value, ...]

    def __post_init__(self) -> None:
        if len(set(self.choices)) < max(2, len(self.choices)):
            raise RecipeError(f"choices must be two or more different values, found {list(self.choices)}.")

    @property
    def ends(self) -> tuple[Value, ...]:
        """Values that a recipe must be able to hold, for it to hold all."""
        return self.choices

    def __contains__(self, value: object) -> bool:
        return value in self.choices

    def __str__(self) -> str:
        return f"one of {', '.join(map(repr, self.choices))}"


Dimension = Range | Choices


@dataclass(frozen=True)
class TuneConfig:
    """What a search looks for, and where."""

    metric: str = "loss"
    """`TASK/METRIC` on validation, e.g. `next_item/ndcg@10`; `loss` is the score that early stopping watches."""
    search: Mapping[str, Dimension] = field(default_factory=dict)
    """By the recipe's key, e.g. `training.learning_rate`."""
