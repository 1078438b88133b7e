"""The model's answers to examples, as arrays and strings: what validation, evaluation and use all read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class WrittenReply:
    """A reply as the model wrote it."""

    lead: str
    item: int | None
    """Row of the recommended item; None where the model asked or talked instead of recommending."""
    reason: str
    card: str
    evidence: str


@dataclass(frozen=True)
class Predictor:
    """A trained model with its tokenizer and catalog."""

    catalog: Catalog

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        """Score every catalog item `[N, I]` where the example predicts one: after its history (`NextItems`), or at a
        `<rec>` that opens the reply (`Reply`). Higher is better; nothing is masked."""
        raise NotImplementedError

    def values(self, examples: Sequence[Example]) -> list[FloatArray]:
        """For every `Score` example an array in the order of its items: ratings (1..5), or probabilities of a like."""
        raise NotImplementedError

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        """Write the reply of every `Reply` example from its context alone; seen items are not recommended."""
        raise NotImplementedError
