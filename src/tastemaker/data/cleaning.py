"""Cleaning that is reported: every raw row becomes a value, perhaps repaired, or is rejected with a reason.

In: raw rows and a function that parses one. Out: the values, and what was done to which row.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tastemaker.data.delimited import RawRow, RowError
from tastemaker.errors import DataError

Value = TypeVar("Value")
Kept = TypeVar("Kept", covariant=True)


@dataclass(frozen=True)
class Finding:
    """One row that was repaired or rejected."""

    file: str
    row: int
    """Line in the file, from 1."""
    reason: str
    content: str

    def as_row(self) -> dict[str, str | int]:
        """One line of `rejected.jsonl`."""
        return {"file": self.file, "row": self.row, "reason": self.reason, "content": self.content}

    def __str__(self) -> str:
        return f"{self.file}:{self.row}: {self.reason} ({self.content[:80]!r})"


@dataclass(frozen=True)
class Parsed(Generic[Value]):
    """A row's value, and what had to be repaired to get it."""

    value: Value
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cleaned(Generic[Kept]):
    """All values of one raw file, and what cleaning did."""

    file: str
    read: int
    values: tuple[Kept, ...]
    repaired: tuple[Finding, ...]
    """A row that needed two repairs stands here twice."""
    rejected: tuple[Finding, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows read, repaired and rejected, then how many for each reason."""
        return {
            "read": self.read,
            "repaired": len({finding.row for finding in self.repaired}),
            "rejected": len(self.rejected),
            **_by_reason("repaired", self.repaired),
            **_by_reason("rejected", self.rejected),
        }


def clean_rows(
    where: str,
    rows: Sequence[RawRow],
    parse: Callable[[Mapping[str, str]], Parsed[Value]],
    key: Callable[[Value], Hashable],
) -> Cleaned[Value]:
    """Parse every row; reject what `parse` refuses and what repeats the key of an earlier row.

    Args:
        where: the file, as an error message names it; its last part stands in the report.
        rows: as `delimited.read_rows` gives them.
        parse: the value of a row's fields; raises `RowError` with a reason where it has none.
        key: what must be unique.

    Raises:
        DataError: not one row is usable.
    """
    file = where.rpartition("/")[2]
    values: dict[Hashable, Value] = {}
    repaired: list[Finding] = []
    rejected: list[Finding] = []
    for row in rows:
        try:
            parsed = parse(row.fields())
            if key(parsed.value) in values:
                raise RowError("duplicate")
        except RowError as error:
            rejected.append(Finding(file, row.number, str(error), row.content))
            continue
        values[key(parsed.value)] = parsed.value
        repaired += (Finding(file, row.number, reason, row.content) for reason in row.repairs + parsed.repairs)
    if not values:
        first = f"; the first: {rejected[0]}" if rejected else ""
        raise DataError(f"{where}: expected a usable row, found none in {len(rows)} rows{first}. Get it again.")
    return Cleaned(file, len(rows), tuple(values.values()), tuple(repaired), tuple(rejected))


def check_strict(rejected: Sequence[Finding]) -> None:
    """Check that no row was rejected.

    Raises:
        DataError: some were; it names the first.
    """
    if rejected:
        first = min(rejected, key=lambda finding: finding.row)
        raise DataError(f"{first}: rejected, and --strict allows none. Correct the row, or leave --strict out.")


def _by_reason(what: str, findings: tuple[Finding, ...]) -> dict[str, int]:
    return {f"{what}, {reason}": count for reason, count in sorted(Counter(f.reason for f in findings).items())}
