"""The recipe's `[evaluation]` table."""

from dataclasses import dataclass

from tastemaker.errors import RecipeError
from tastemaker.metrics import CUTOFFS


@dataclass(frozen=True)
class EvaluationConfig:
    """What is measured, on how much, and with which seed."""

    k: tuple[int, ...] = (5, 10, 20)
    """Lengths of a list of recommendations."""
    dialogue_k: tuple[int, ...] = (1, 10, 50)
    """The same for an item that a reply recommends."""
    list_length: int = 10
    """Length of the lists whose coverage, popularity and personalisation are measured."""
    text_sample: int | None = 200
    """Most replies that are written and judged per task, a fixed seeded sample; None takes all."""
    attribution_sample: int | None = 200
    """Most written replies whose evidence is checked by leaving it out of the history; None takes all."""
    seed: int = 0
    """Of every sample, slice and interval."""
    draws: int = 1000
    """Bootstrap draws behind an interval."""
    batch: int = 256
    """Examples scored at once."""
    slices: bool = True
    """Whether sparse, cold, noisy, long-tail and mistyped requests are measured too."""
    short_histories: tuple[int, ...] = (1, 3, 5, 10)
    """Lengths to which histories are cut."""
    noise_rate: float = 0.1
    """Random entries put into a noisy history, as a share of its length."""
    typo_rate: float = 0.1
    """Share of the user's words that get one wrong character."""
    head_share: float = 0.2
    """Share of the items that training has interactions of, the most popular ones, that is not long tail."""

    def __post_init__(self) -> None:
        unknown = [k for k in (*self.k, *self.dialogue_k) if k not in CUTOFFS]
        if unknown:
            known = ", ".join(map(str, CUTOFFS))
            raise RecipeError(f"evaluation: every k must be one of {known}, found {unknown[0]}.")
        for name in ("noise_rate", "typo_rate", "head_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise RecipeError(f"evaluation.{name} must lie between 0 and 1, found {getattr(self, name)}.")
        for name in ("list_length", "draws", "batch"):
            if getattr(self, name) < 1:
                raise RecipeError(f"evaluation.{name} must be at least 1, found {getattr(self, name)}.")
        if min(self.short_histories, default=1) < 1:
            raise RecipeError(
                f"evaluation.short_histories must be lengths of at least 1, found {min(self.short_histories)}."
            )
