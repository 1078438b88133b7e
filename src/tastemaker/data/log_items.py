"""What is known of the items of an interaction log: a file with a row for each, in any of the formats of a log.

In: the file, and the ids that occur in the log. Out: the columns of `items.parquet`, and what was done to which row.
Several values of one attribute stand in a JSON array, or with `|` between them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import polars as pl

from tastemaker.data.judged import Judged, filled, judge_ids, judge_texts, problems
from tastemaker.data.log import ITEM_NAMES, Log
from tastemaker.data.log_chunk import LogChunk
from tastemaker.data.log_cleaning import counted
from tastemaker.data.log_columns import check_required, matched_columns
from tastemaker.data.log_formats import chunks_of, columns_of, format_of
from tastemaker.data.schema import ITEM_COLUMNS
from tastemaker.data.tally import PartCounts, Tally
from tastemaker.errors import DataError

NOTHING: Final = ("(no genres listed)", "n/a", "null", "none")
"""What stands for no value."""
TWICE: Final = "an item of this id stands above"


def item_columns(log: Log) -> dict[str, str]:
    """Our name, or that of an attribute -> the column of the file of items; empty where there is no file.

    Raises:
        DataError: the file cannot be read, or lacks a column.
    """
    if log.items is None:
        return {}
    if not log.items.is_file():
        raise DataError(f"{log.items}: expected a file of items, found no file there. Check --items.")
    found = columns_of(log.items, format_of(log.items, log.form), log)
    columns = matched_columns(found, ITEM_NAMES, log.item_columns, str(log.items), "--item-column")
    check_required(("item_id",), columns, found, str(log.items), "--item-column")
    return columns


def read_items(log: Log, columns: Mapping[str, str], tally: Tally) -> pl.DataFrame:
    """The columns of `items.parquet` of the items of the file, counted in `tally`; empty where there is no file.

    Raises:
        DataError: the file cannot be read, or a row is rejected though `log.strict`.
    """
    tables = [pl.DataFrame(schema=pl.Schema(ITEM_COLUMNS))]
    if log.items is not None:
        for chunk in chunks_of(log.items, format_of(log.items, log.form), columns.values(), log):
            known = pl.concat([table["item_id"] for table in tables])
            table, counts = clean_items(chunk, columns, known, log.items.name)
            tally.add(counts)
            tables.append(table)
    return pl.concat(tables)


def with_bare_items(described: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """All described items, then those of `ids` of which nothing else is known."""
    bare = pl.DataFrame({"item_id": ids}).join(described, on="item_id", how="anti")
    known = {"title": pl.lit(""), "text": pl.lit(""), "attributes": pl.lit([]), "image": pl.lit(None)}
    return pl.concat([described, bare.with_columns(**known).cast(pl.Schema(ITEM_COLUMNS))])


def clean_items(
    chunk: LogChunk, columns: Mapping[str, str], known: pl.Series, file: str
) -> tuple[pl.DataFrame, PartCounts]:
    """Clean some rows of a file of items.

    Args:
        chunk: with the columns that `columns` names.
        columns: our name, or that of an attribute -> the file's.
        known: ids that stood in the file before.
        file: its name.

    Returns:
        The items in the columns of `items.parquet`, and what was done.
    """
    judged = {name: _judge(name, chunk.table[column]) for name, column in columns.items()}
    ids = judged["item_id"]
    is_double = ids.values.is_in(known.implode()) | ~ids.values.is_first_distinct()
    problem = ids.problem.fill_null(problems((TWICE, is_double.fill_null(False))))
    values = {name: each.values.filter(problem.is_null()).to_list() for name, each in judged.items()}
    rows = [_item(dict(zip(values, row, strict=True))) for row in zip(*values.values(), strict=True)]
    table = pl.DataFrame(rows, schema=pl.Schema(ITEM_COLUMNS), orient="row")
    return table, counted(chunk, judged.values(), problem, file)


def _judge(name: str, raw: pl.Series) -> Judged:
    if name == "item_id":
        return judge_ids(raw, "item")
    if name == "image":
        return Judged(filled(raw), pl.repeat(None, len(raw), dtype=pl.String, eager=True))
    return judge_texts(raw, name)


def _item(values: Mapping[str, str | None]) -> tuple[Any, ...]:
    """One row of `items.parquet`."""
    named = ((name, text) for name, text in values.items() if name not in ITEM_NAMES and text)
    pairs = dict.fromkeys((name, value) for name, text in named for value in listed(text))
    attributes = [{"name": name, "value": value} for name, value in pairs]
    title, text = (" ".join(listed(text)) if text.startswith("[") else text for text in _words(values))
    return values["item_id"], " ".join(title.split()), text, attributes, values.get("image")


def _words(values: Mapping[str, str | None]) -> tuple[str, str]:
    return values.get("title") or "", values.get("text") or ""


def listed(text: str) -> Iterator[str]:
    """The values of an attribute, one or several; what says that there is none is no value.

    >>> list(listed("Drama|War")), list(listed('["Drama", 1998]'))
    (['Drama', 'War'], ['Drama', '1998'])
    """
    try:
        found = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        found = None
    for value in found if isinstance(found, list) else text.split("|"):
        words = " ".join(str(value).split())
        if words and words.casefold() not in NOTHING:
            yield words
