"""What is known of the items of an interaction log: a file with a row for each, in any of the formats of a log.

In: the file, and the ids that occur in the log. Out: the columns of `items.parquet`, and what was done to which row.
Several values of one attribute stand in a JSON array, or with `|` between them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from tastemaker.data.judged import Judged, filled, judge_ids, judge_texts, problems
from tastemaker.data.log import ITEM_NAMES, Log
from tastemaker.data.log_cleaning import counted
from tastemaker.data.log_columns import check_required, flag_for, matched_columns
from tastemaker.data.log_formats import chunks_of, columns_of, format_of
from tastemaker.data.movielens import film_era, film_title
from tastemaker.data.raw_path import RawPath
from tastemaker.data.schema import ITEM_COLUMNS
from tastemaker.data.tally import Tally
from tastemaker.data.text_cleaning import clean_text
from tastemaker.errors import DataError

NOTHING: Final = ("(no genres listed)", "unknown", "n/a", "null", "none")
"""What stands for no value."""
TWICE: Final = {"item_id": "an item of this id stands above", "user_id": "a user of this id stands above"}
_SCHEMA: Final = pl.Schema(ITEM_COLUMNS)


def item_columns(log: Log) -> dict[str, str]:
    """Our name, or that of an attribute -> the column of the file of items; empty where there is no file.

    Raises:
        DataError: the file cannot be read, or lacks a column.
    """
    if log.items is None:
        return {}
    if not log.items.is_file():
        raise DataError(f"{log.items}: expected a file of items, found no file there. Check --items.")
    found = columns_of(log.items, format_of(log.items, log.form), log.encoding)
    columns = matched_columns(found, ITEM_NAMES, log.item_columns, str(log.items), "--item-column")
    check_required(("item_id",), columns, found, str(log.items), "--item-column")
    return columns


def untitled(log: Log, columns: Mapping[str, str]) -> list[str]:
    """What to do about a file of items of which no column is known to hold titles."""
    if log.items is None or "title" in columns:
        return []
    found = columns_of(log.items, format_of(log.items, log.form), log.encoding)
    others = [name for name in found if name not in columns.values()]
    named = flag_for("title", others, "--item-column")
    return [f"{log.items.name}: no column of titles. Pass {named}, and --item-column NAME for each attribute."]


def read_items(log: Log, columns: Mapping[str, str], tally: Tally) -> pl.DataFrame:
    """The columns of `items.parquet` of the items of the file, counted in `tally`; empty where there is no file.

    Raises:
        DataError: the file cannot be read, or a row is rejected though `log.strict`.
    """
    found = () if log.items is None else read_described(log, log.items, columns, "item_id", tally)
    tables = [pl.DataFrame([_item(values, log) for values in part], schema=_SCHEMA, orient="row") for part in found]
    return pl.concat([pl.DataFrame(schema=_SCHEMA), *tables])


def with_bare_items(described: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """All described items, then those of `ids` of which nothing else is known."""
    bare = pl.DataFrame({"item_id": ids}).join(described, on="item_id", how="anti")
    known = {"title": pl.lit(""), "text": pl.lit(""), "attributes": pl.lit([]), "image": pl.lit(None)}
    return pl.concat([described, bare.with_columns(**known).cast(pl.Schema(ITEM_COLUMNS))])


def read_described(
    log: Log, file: RawPath, columns: Mapping[str, str], key: str, tally: Tally
) -> Iterator[list[dict[str, str | None]]]:
    """Yield what a file says of each item or user, by our names, part by part.

    Args:
        log: to which it belongs.
        file: with a row for each.
        columns: our name, or that of an attribute -> the file's.
        key: `item_id` or `user_id`.
        tally: counts.

    Raises:
        DataError: the file cannot be read, or a row is rejected though `log.strict`.
    """
    known = pl.Series(key, dtype=pl.String)
    for chunk in chunks_of(file, format_of(file, log.form), columns.values(), log.encoding):
        judged = {name: _judge(name, chunk.table[column]) for name, column in columns.items()}
        ids = judged[key]
        is_double = ids.values.is_in(known.implode()) | ~ids.values.is_first_distinct()
        problem = ids.problem.fill_null(problems((TWICE[key], is_double.fill_null(False))))
        tally.add(counted(chunk, judged.values(), problem, file.name))
        table = pl.DataFrame({name: each.values for name, each in judged.items()}).filter(problem.is_null())
        known = known.append(table[key])
        yield table.to_dicts()


def _judge(name: str, raw: pl.Series) -> Judged:
    if name in TWICE:
        return judge_ids(raw, name.removesuffix("_id"))
    if name == "image":
        return Judged(filled(raw), pl.repeat(None, len(raw), dtype=pl.String, eager=True))
    lists = {place: found for place, text in enumerate(raw) if text and (found := _parts(text)) is not None}
    if not lists:
        return judge_texts(raw, name)
    cleaned = {place: [clean_text(part) for part in parts] for place, parts in lists.items()}
    values = {place: json.dumps([part.value for part in parts], ensure_ascii=False) for place, parts in cleaned.items()}
    plain = judge_texts(raw.scatter([*lists], None), name)
    repairs = dict(plain.repairs)
    for place, parts in cleaned.items():
        for repair in {f"{name}: {repair}" for part in parts for repair in part.repairs}:
            needed = repairs.get(repair, pl.repeat(False, len(raw), dtype=pl.Boolean, eager=True))
            repairs[repair] = needed.scatter(place, True)
    return Judged(plain.values.scatter([*values], [*values.values()]), plain.problem, repairs)


def _parts(text: str) -> list[str] | None:
    """The values of a list as JSON writes it, before anything is taken for markup in it; None of what is none."""
    text = text.strip()
    try:
        found = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list):
        return None
    return [str(part) for each in found for part in (each if isinstance(each, list) else [each]) if part is not None]


def _item(values: Mapping[str, str | None], log: Log) -> tuple[Any, ...]:
    """One row of `items.parquet`."""
    words = ((values.get(name) or "") for name in ("title", "text"))
    title, text = (clean_text(" ".join(listed(text))).value if text.startswith("[") else text for text in words)
    attributes = attribute_pairs(((name, text) for name, text in values.items() if name not in ITEM_NAMES), log.between)
    if log.films:
        title, year = film_title(title)
        attributes = [*film_era(year), *attributes]
    return values["item_id"], " ".join(title.split()), text, attributes, values.get("image")


def attribute_pairs(
    named: Iterable[tuple[str, str | None]], between: Mapping[str, str] = MappingProxyType({})
) -> list[dict[str, str]]:
    """The attributes of an item or user, every value once.

    Args:
        named: names, and the texts that hold the values.
        between: name -> what stands between its values.
    """
    pairs = ((name, value) for name, text in named if text for value in listed(text, between.get(name, "|")))
    return [{"name": name, "value": value} for name, value in dict.fromkeys(pairs)]


def listed(text: str, between: str = "|") -> Iterator[str]:
    """The values of an attribute, one or several, in lists of lists too; what says that there is none is no value.

    >>> list(listed("Drama|War")), list(listed('["Drama", [1998]]'))
    (['Drama', 'War'], ['Drama', '1998'])
    """
    try:
        found = json.loads(text) if text.startswith("[") else None
    except (ValueError, RecursionError):
        found = None
    values = found if isinstance(found, list) else text.split(between)
    for value in (part for each in values for part in (each if isinstance(each, list) else [each])):
        words = " ".join(str(value).split())
        if words and words.casefold() not in NOTHING:
            yield words
