"""What the readers of dialogue corpora share: which files they need, how a turn is cleaned, and the tables."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.cleaning import Parsed
from tastemaker.data.dialogues import Dialogue, dialogue_table, without_marks
from tastemaker.data.files import RawFiles
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.text_cleaning import clean_text
from tastemaker.errors import DataError

_MARKS: Final = "square brackets repaired"


def files_there(files: RawFiles, required: Sequence[str], any_of: Sequence[str]) -> tuple[str, ...]:
    """The names of the files to be read: all that are `required`, and those of `any_of` that are there.

    Raises:
        DataError: a required file is missing, or there is none of the others.
    """
    there = tuple(name for name in any_of if files.has(name))
    if there and files.has(*required):
        return (*required, *there)
    either = " or ".join(any_of)
    found = ", ".join(sorted(files.members)[:8]) or "no file"
    raise DataError(
        f"{files.place}: expected {' and '.join((*required, either))}, found {found}. "
        "Pass the folder or zip that holds them."
    )


def clean_turn(raw: str) -> Parsed[str]:
    """A text as `clean_text` leaves it, and free of what could be taken for a mention.

    >>> clean_turn("I liked [[this]]  &lt;3").value
    'I liked [this] <3'
    """
    cleaned = clean_text(raw)
    text = without_marks(cleaned.value)
    return Parsed(text, cleaned.repairs if text == cleaned.value else (*cleaned.repairs, _MARKS))


def corpus_tables(items: Iterable[CatalogItem], dialogues: Sequence[Dialogue]) -> dict[str, pl.DataFrame]:
    """The tables of a data set of dialogues alone."""
    return {
        "items": Catalog(tuple(items)).to_table(),
        "interactions": pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS)),
        "dialogues": dialogue_table(dialogues),
    }
