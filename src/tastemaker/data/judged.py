"""A column of an interaction log after cleaning: ids and what people wrote.

In: strings as they stand in the file. Out: the values, why a row is of no use, and what had to be repaired.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from tastemaker.data.text_cleaning import clean_text

LONGEST_ID: Final = 256
"""Characters."""
INVISIBLE: Final = r"[\u{200B}\u{2060}\u{FEFF}]"
"""Zero-width space, word joiner and byte order mark: copied from a page or a file's start, and nobody sees them."""


@dataclass(frozen=True)
class Judged:
    """All series are `[rows]`."""

    values: pl.Series
    problem: pl.Series
    """Why the row must be rejected; null if nothing speaks against it."""
    repairs: Mapping[str, pl.Series] = field(default_factory=dict)
    """Name of a repair -> whether the value needed it."""


def filled(raw: pl.Series) -> pl.Series:
    """Without white space around; null for nothing."""
    stripped = raw.str.strip_chars()
    return stripped.set(stripped == "", None)


def spelt(words: str) -> str:
    """An id or title as `judge_ids` spells it: nothing invisible in it, its accents composed."""
    return unicodedata.normalize("NFC", re.sub("[\u200b\u2060\ufeff]", "", words)).strip()


def problems(*found: tuple[str, pl.Series]) -> pl.Series:
    """The first of the problems that each row has, from (its name, whether it is there)."""
    named = [pl.when(is_there).then(pl.lit(name)) for name, is_there in found]
    return pl.select(pl.coalesce(named)).to_series()


def judge_ids(raw: pl.Series, what: str) -> Judged:
    """Strip ids of space and of what is invisible, and compose their accents, so that one id has one spelling.

    Args:
        raw: `[rows]`
        what: "user" or "item".
    """
    values = filled(raw)
    if (values.str.len_bytes() != values.str.len_chars()).any():
        values = filled(values.str.replace_all(INVISIBLE, "").str.normalize("NFC"))
    is_missing, is_long = values.is_null(), (values.str.len_chars() > LONGEST_ID).fill_null(False)
    problem = problems((f"no {what} id", is_missing), (f"{what} id longer than {LONGEST_ID} characters", is_long))
    return Judged(values, problem, {f"{what} id respelt": (values != raw).fill_null(False)})


def judge_texts(raw: pl.Series, what: str) -> Judged:
    """Clean what people wrote as `clean_text` does; nothing is rejected.

    Args:
        raw: `[rows]`
        what: as a report calls it, such as "review".
    """
    values = filled(raw)
    cleaned = [None if text is None else clean_text(text) for text in values]
    named = sorted({repair for each in cleaned if each for repair in each.repairs})
    repairs = {
        f"{what}: {name}": pl.Series([each is not None and name in each.repairs for each in cleaned], dtype=pl.Boolean)
        for name in named
    }
    texts = pl.Series([each.value if each else None for each in cleaned], dtype=pl.String)
    return Judged(filled(texts), pl.repeat(None, len(raw), dtype=pl.String, eager=True), repairs)
