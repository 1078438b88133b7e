"""Sequences in the form of MiniOneRec: a folder or zip with `items.json` and `train.csv`, `valid.csv` or `test.csv`.

`items.json` maps an item's number to its title, description (a Python list, written out), brand and categories. A CSV
row has a user, the at most ten items before an interaction, and its item; rows of one user continue one another, from
training to test. Out come the tables of `schema.py`:

- A user's history is put together from all rows: the items before the first, then the item of each row. A row that
  does not continue its user's rows so far is rejected.
- There are no times: an interaction's timestamp is its place in the history, from 0.
- There are no ratings. The event is `buy`: sequences in this form are of Amazon reviews, which follow purchases.

Format: Kong et al., "MiniOneRec: An Open-Source Framework for Scaling Generative Recommendation", 2025.
"""

import ast
import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import polars as pl

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import Layout, RowError, read_rows
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import parse_row, read_entries
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.text_cleaning import clean_text
from tastemaker.errors import DataError

ITEMS: Final = "items.json"
ROWS: Final = ("train.csv", "valid.csv", "test.csv")
"""In the order of time; those that are there are read."""
HEADER: Final = "user_id,history_item_title,item_title,history_item_id,item_id,history_item_sid,item_sid"
EVENT: Final = "buy"
LICENCE: Final = "none is stated in this format; use and pass on these files as their source allows."

Histories = dict[str, list[int]]
"""Items of every user by number, oldest first."""


@dataclass(frozen=True)
class Product:
    """One entry of `items.json`."""

    item_id: str
    title: str
    text: str
    brand: str
    categories: tuple[str, ...]


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are no items or no rows.
    """
    there = tuple(name for name in ROWS if files.has(name))
    if not there or not files.has(ITEMS):
        found = ", ".join(sorted(files.members)[:8]) or "no file"
        raise DataError(
            f"{files.place}: expected {ITEMS} and {', '.join(ROWS[:-1])} or {ROWS[-1]}, found {found}. "
            "Pass the folder or zip that holds them."
        )
    return (ITEMS, *there)


def read(files: RawFiles) -> RawTables:
    """Read and clean items and rows; an item without an entry in `items.json` gets an empty title.

    Raises:
        DataError: a file is missing, empty or damaged, or holds no usable row.
    """
    _, *names = needed_files(files)
    products = clean_rows(files.where(ITEMS), read_entries(files, ITEMS), parse_product, lambda each: each.item_id)
    histories: Histories = {}
    cleaned = [_cleaned_rows(files, name, histories) for name in names]
    tables = {"items": item_table(products.values, histories), "interactions": interaction_table(histories)}
    return RawTables(tables, (products, *cleaned))


def parse_product(fields: Mapping[str, str]) -> Parsed[Product]:
    """Parse one entry of `items.json`, given as JSON of its number and its fields.

    Raises:
        RowError: the number is none, or the fields are no object of texts.
    """
    item_id, known = parse_row(fields)
    if not isinstance(known, dict):
        raise RowError("not a JSON object")
    raw = [known.get(name, "") for name in ("title", "description", "brand", "categories")]
    if not all(isinstance(value, str) for value in raw):
        raise RowError("a field is not text")
    parts, is_list = listed(raw[1])
    categories, _ = listed(raw[3])
    title, text, brand, *values = (clean_text(value) for value in (raw[0], " ".join(parts), raw[2], *categories))
    repairs = [] if is_list else ["description is no list, read as it stands"]
    repairs += dict.fromkeys(repair for each in (title, text, brand, *values) for repair in each.repairs)
    kept = tuple(each.value for each in values if each.value)
    return Parsed(Product(str(_number(item_id, "item id")), title.value, text.value, brand.value, kept), tuple(repairs))


def listed(text: str) -> tuple[tuple[str, ...], bool]:
    """The texts of a written-out Python list that are not blank, and whether it was one.

    >>> listed("['A drill.', '']")
    (('A drill.',), True)
    >>> listed("['A drill, cut off")
    (('A drill, cut off',), False)
    """
    if not text.strip():
        return (), True
    try:
        found = ast.literal_eval(text)
        is_list = isinstance(found, list) and all(isinstance(part, str) for part in found)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        is_list = False
    parts = found if is_list else [text.strip().removeprefix("['").removesuffix("']")]
    return tuple(part.strip() for part in parts if part.strip()), is_list


def continue_history(histories: Histories, fields: Mapping[str, str]) -> Parsed[tuple[str, int]]:
    """Put a row's item behind its user's history in `histories`; the value is the user and the length so far.

    Raises:
        RowError: the row has other fields than it should, or does not continue the user's history.
    """
    try:
        [[user, _, _, before, item, *_]] = csv.reader([fields[HEADER]], strict=True)
    except (ValueError, csv.Error):
        raise RowError("not the fields of the header") from None
    past, item_number = _numbers(before), _number(item, "item id")
    if not user:
        raise RowError("no user id")
    history = histories.get(user)
    if history is None:
        history = list(past)
    elif not past or tuple(history[-len(past) :]) != past:
        raise RowError("does not continue the user's rows so far")
    histories[user] = [*history, item_number]
    return Parsed((user, len(histories[user])))


def item_table(products: Iterable[Product], histories: Histories) -> pl.DataFrame:
    """The columns of `items.parquet`: all products, then the items of `histories` that are no product."""
    rows = [(each.item_id, each.title, each.text, _pairs(each), None) for each in products]
    known = {row[0] for row in rows}
    bare = sorted({item for history in histories.values() for item in history if str(item) not in known})
    rows += [(str(item), "", "", [], None) for item in bare]
    return pl.DataFrame(rows, schema=pl.Schema(ITEM_COLUMNS), orient="row")


def interaction_table(histories: Histories) -> pl.DataFrame:
    """The columns of `interactions.parquet`."""
    rows = [
        (user, str(item), place, EVENT, None, None, None)
        for user, history in histories.items()
        for place, item in enumerate(history)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


def _cleaned_rows(files: RawFiles, name: str, histories: Histories) -> Cleaned[tuple[str, int]]:
    rows = read_rows(files, Layout(name, "\n", (HEADER,), (HEADER,)))
    return clean_rows(files.where(name), rows, partial(continue_history, histories), lambda place: place)


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a written-out list, `[3437, 642]`."""
    inner = text.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        raise RowError("history is not a list")
    return tuple(_number(part.strip(), "history") for part in inner[1:-1].split(",") if part.strip())


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise RowError(f"{what} is not a whole number")
    return int(text)


def _pairs(product: Product) -> list[dict[str, Any]]:
    """Brand and categories, each once."""
    named = [("brand", product.brand)] if product.brand else []
    named += [("category", value) for value in product.categories]
    return [{"name": name, "value": value} for name, value in dict.fromkeys(named)]


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
