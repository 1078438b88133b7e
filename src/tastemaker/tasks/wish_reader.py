"""Reads what a context asks for as numbers of facts, alike in calibration and in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tastemaker.data.facts import Fact, FactExtractor
from tastemaker.tasks.example import Segment
from tastemaker.tasks.request import asked, turns_of


@dataclass(frozen=True)
class WishReader:
    """Finds facts of a catalog in the user's words."""

    extractor: FactExtractor
    numbers: Mapping[Fact, int]
    """See `FactNumbers`."""

    def __call__(self, context: Sequence[Segment]) -> tuple[int, ...]:
        """The facts that the user asked for or refused, as far as some item has them."""
        facts = asked(turns_of(context), self.extractor)
        return tuple(self.numbers[fact] for fact in facts if fact in self.numbers)
