"""The last look at the tables of a data set before they are written: pandera schemas over `schema.py`.

Readers clean row by row; this catches a reader that does not.
"""

from collections.abc import Mapping
from typing import Final

import pandera.polars as pa
import polars as pl

from tastemaker.data.dialogues import mentioned_items
from tastemaker.data.schema import (
    DIALOGUE_COLUMNS,
    EVENTS,
    INTERACTION_COLUMNS,
    ITEM_COLUMNS,
    PUBLISHED_SPLITS,
    RATING_SCALE,
    SUMMARY_COLUMNS,
    USER_COLUMNS,
)
from tastemaker.errors import DataError

CHECKS: Final = {
    "items": pa.DataFrameSchema(
        {
            "item_id": pa.Column(ITEM_COLUMNS["item_id"], unique=True),
            "title": pa.Column(ITEM_COLUMNS["title"]),
            "text": pa.Column(ITEM_COLUMNS["text"]),
            "attributes": pa.Column(ITEM_COLUMNS["attributes"]),
            "image": pa.Column(ITEM_COLUMNS["image"], nullable=True),
        },
        strict=True,
    ),
    "interactions": pa.DataFrameSchema(
        {
            "user_id": pa.Column(INTERACTION_COLUMNS["user_id"]),
            "item_id": pa.Column(INTERACTION_COLUMNS["item_id"]),
            "timestamp": pa.Column(INTERACTION_COLUMNS["timestamp"]),
            "event": pa.Column(INTERACTION_COLUMNS["event"], pa.Check.isin(EVENTS)),
            "rating": pa.Column(INTERACTION_COLUMNS["rating"], pa.Check.in_range(*RATING_SCALE), nullable=True),
            "review": pa.Column(INTERACTION_COLUMNS["review"], nullable=True),
            "review_title": pa.Column(INTERACTION_COLUMNS["review_title"], nullable=True),
        },
        strict=True,
    ),
    "users": pa.DataFrameSchema(
        {
            "user_id": pa.Column(USER_COLUMNS["user_id"], unique=True),
            "attributes": pa.Column(USER_COLUMNS["attributes"]),
        },
        strict=True,
    ),
    "dialogues": pa.DataFrameSchema(
        {
            "dialogue_id": pa.Column(DIALOGUE_COLUMNS["dialogue_id"]),
            "turn": pa.Column(DIALOGUE_COLUMNS["turn"], pa.Check.ge(0)),
            "speaker": pa.Column(DIALOGUE_COLUMNS["speaker"], pa.Check.isin(("user", "assistant"))),
            "text": pa.Column(DIALOGUE_COLUMNS["text"]),
            "liked": pa.Column(DIALOGUE_COLUMNS["liked"], nullable=True),
            "disliked": pa.Column(DIALOGUE_COLUMNS["disliked"], nullable=True),
            "unsaid": pa.Column(DIALOGUE_COLUMNS["unsaid"], nullable=True),
            "split": pa.Column(DIALOGUE_COLUMNS["split"], pa.Check.isin(PUBLISHED_SPLITS), nullable=True),
        },
        strict=True,
    ),
    "summaries": pa.DataFrameSchema(
        {
            "item_id": pa.Column(SUMMARY_COLUMNS["item_id"]),
            "texts": pa.Column(SUMMARY_COLUMNS["texts"]),
            "summary": pa.Column(SUMMARY_COLUMNS["summary"]),
            "split": pa.Column(SUMMARY_COLUMNS["split"], pa.Check.isin(PUBLISHED_SPLITS), nullable=True),
        },
        strict=True,
    ),
}


def check_tables(tables: Mapping[str, pl.DataFrame]) -> None:
    """Check columns, types, ranges, unique ids, and that all other tables name items of the catalog only.

    Raises:
        DataError: the first thing that is wrong.
    """
    for name, table in tables.items():
        try:
            CHECKS[name].validate(table)
        except (pa.errors.SchemaError, pa.errors.SchemaErrors) as error:
            raise DataError(f"{name}: expected a table in the form of the schema, found {error}.") from None
    named = {"interactions": frozenset(tables["interactions"]["item_id"])}
    if "dialogues" in tables:
        named["dialogues"] = mentioned_items(tables["dialogues"])
    if "summaries" in tables:
        named["summaries"] = frozenset(tables["summaries"]["item_id"])
    if all(tables[name].is_empty() for name in named):
        raise DataError("tables: expected interactions, dialogues or summaries, found none.")
    for name, items in named.items():
        unknown = items - set(tables["items"]["item_id"])
        if unknown:
            raise DataError(f"{name}: expected items of the catalog only, found {min(unknown)!r}.")
