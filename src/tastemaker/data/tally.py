"""What cleaning did to a file that is read in parts: counts by reason, and the first rows of each.

In: one part after the other. Out: the counts of `dataset.json` and the rows of `rejected.jsonl`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, final

from tastemaker.data.cleaning import Finding, check_strict

KEPT: Final = 1000
"""Rejected rows that are kept for each reason."""
REASONS: Final = 100
"""Different reasons that are counted; what comes after is `OTHER`."""
OTHER: Final = "another reason"


@dataclass(frozen=True)
class PartCounts:
    """What was done to some rows of a file."""

    read: int
    repaired: int
    repairs: Mapping[str, int]
    """How many rows took each repair; a row may take several."""
    rejections: Mapping[str, int]
    """How many rows were rejected for each reason; a row has one."""
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    """The first `KEPT` of the rejected rows for each reason."""


@final
class Tally:
    """The counts of one file so far."""

    def __init__(self, file: str, is_strict: bool) -> None:
        self.file = file
        self.is_strict = is_strict
        self.read = self.repaired = 0
        self.repairs = Counter[str]()
        self.rejections = Counter[str]()
        self.findings: list[Finding] = []

    def add(self, part: PartCounts) -> None:
        """Count one more part.

        Raises:
            DataError: a row was rejected, and that is to be the end.
        """
        if self.is_strict:
            check_strict(part.findings)
        self.read += part.read
        self.repaired += part.repaired
        self.repairs.update(part.repairs)
        for reason, count in part.rejections.items():
            self._reject(reason, count, (finding for finding in part.findings if finding.reason == reason))

    def _reject(self, reason: str, count: int, findings: Iterable[Finding]) -> None:
        is_known = reason in self.rejections or len(self.rejections) < REASONS
        named = reason if is_known else OTHER
        room = max(0, KEPT - self.rejections[named])
        self.rejections[named] += count
        self.findings += list(findings)[:room]

    @property
    def kept(self) -> int:
        """Rows that are of use."""
        return self.read - self.rejections.total()

    @property
    def rejected(self) -> tuple[Finding, ...]:
        """Those of the rejected rows that are kept, by their place."""
        return tuple(sorted(self.findings, key=lambda finding: finding.row))

    @property
    def counts(self) -> dict[str, int]:
        """Rows read, repaired and rejected, then how many for each reason."""
        return {
            "read": self.read,
            "repaired": self.repaired,
            "rejected": self.rejections.total(),
            **{f"repaired, {name}": count for name, count in sorted(self.repairs.items())},
            **{f"rejected, {name}": count for name, count in sorted(self.rejections.items())},
        }
