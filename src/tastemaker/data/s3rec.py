"""Sequences in the form of S3-Rec, P5 and TIGER: a folder or zip with `sequential.txt` and perhaps `items.jsonl`.

`sequential.txt` (or `s3rec_sequential.txt`) has one user a line, `user item item ...`, oldest first; ids are whole
numbers from 1. `items.jsonl` has one item a line, `{"id", "asin", "keywords", "attributes"}`. Out come the tables of
`schema.py`:

- An item is known by its ASIN, or by its id where it has none; its title is its keywords, all that is known of it.
- There are no times: an interaction's timestamp is its place in the user's line, from 0, so that order is kept exactly.
- There are no ratings. The event is `buy`: sequences in this form are of Amazon reviews, which follow purchases.

Format: Zhou et al., "S3-Rec: Self-Supervised Learning for Sequential Recommendation", CIKM 2020.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

import ftfy
import polars as pl

from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import Layout, RowError, read_rows
from tastemaker.data.files import RawFiles
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.errors import DataError

SEQUENCES: Final = ("sequential.txt", "s3rec_sequential.txt")
"""The first that is there is read."""
ITEMS: Final = "items.jsonl"
EVENT: Final = "buy"
NO_BRAND: Final = "Unknown"
LICENCE: Final = "none is stated in this format; use and pass on these files as their source allows."


@dataclass(frozen=True)
class Sequence:
    """One user's items, oldest first, by number."""

    user: int
    items: tuple[int, ...]


@dataclass(frozen=True)
class Product:
    """One row of `items.jsonl`; `attributes` are the brand, if it is known or said to be unknown, then categories."""

    number: int
    asin: str
    keywords: str
    attributes: tuple[str, ...]

    @property
    def item_id(self) -> str:
        return self.asin or str(self.number)


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are no sequences.
    """
    there = [name for name in SEQUENCES if files.has(name)]
    if not there:
        found = ", ".join(sorted(files.members)[:8]) or "no file"
        raise DataError(
            f"{files.place}: expected {' or '.join(SEQUENCES)}, found {found}. Pass the folder or zip that holds it."
        )
    return (there[0], ITEMS) if _is_beside(files, there[0], ITEMS) else (there[0],)


def read(files: RawFiles) -> RawTables:
    """Read and clean sequences and items; an item without a row in `items.jsonl` gets an empty title.

    Raises:
        DataError: a file is missing, empty, or holds no usable row, or two items have one id.
    """
    name, *others = needed_files(files)
    sequences = _cleaned_sequences(files, name)
    products = _cleaned_products(files) if others else None
    described = products.values if products else ()
    items = item_table(described, {number for sequence in sequences.values for number in sequence.items})
    _check_ids(items, files)
    tables = {"items": items, "interactions": interaction_table(sequences.values, described)}
    return RawTables(tables, (products, sequences) if products else (sequences,))


def parse_sequence(line: str) -> Parsed[Sequence]:
    """Parse `user item item ...`.

    Raises:
        RowError: a field is not a whole number from 1, or there is no item.
    """
    user, *items = line.split() or [""]
    number = _number(user, "user id")
    if not items:
        raise RowError("no item")
    return Parsed(Sequence(number, tuple(_number(item, "item id") for item in items)))


def parse_product(line: str) -> Parsed[Product]:
    """Parse one JSON object; `asin`, `keywords` and `attributes` may be missing.

    Raises:
        RowError: it is not an object, or a value has another type than it should.
    """
    fields = _json_object(line)
    number = fields.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise RowError("item id is not a whole number")
    if number < 1:
        raise RowError("item id is below 1")
    attributes = fields.get("attributes", [])
    if not isinstance(attributes, list):
        raise RowError("attributes are not a list")
    known = (("asin", fields.get("asin", "")), ("keywords", fields.get("keywords", "")))
    raw = [_text(value, what) for what, value in (*known, *(("attribute", value) for value in attributes))]
    fixed = [ftfy.fix_text(value) for value in raw]
    asin, keywords, *named = (value.strip() for value in fixed)
    return Parsed(Product(number, asin, keywords, tuple(named)), ("text repaired",) if fixed != raw else ())


def item_table(products: Iterable[Product], numbers: Iterable[int]) -> pl.DataFrame:
    """The columns of `items.parquet`: all products, then those of the items `numbers` that are no product."""
    described = tuple(products)
    categories = _categories(described)
    rows = [(each.item_id, each.keywords or each.asin, "", _pairs(each, categories), None) for each in described]
    bare = sorted(set(numbers) - {each.number for each in described})
    rows += [(str(number), "", "", [], None) for number in bare]
    return pl.DataFrame(rows, schema=pl.Schema(ITEM_COLUMNS), orient="row")


def interaction_table(sequences: Iterable[Sequence], products: Iterable[Product]) -> pl.DataFrame:
    """The columns of `interactions.parquet`."""
    ids = {product.number: product.item_id for product in products}
    rows = [
        (str(sequence.user), ids.get(number, str(number)), place, EVENT, None, None, None)
        for sequence in sequences
        for place, number in enumerate(sequence.items)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


def _cleaned_sequences(files: RawFiles, name: str) -> Cleaned[Sequence]:
    rows = read_rows(files, Layout(name, "\n", ("user item item ...",)))
    return clean_rows(files.where(name), rows, lambda row: parse_sequence(_line(row)), lambda each: each.user)


def _cleaned_products(files: RawFiles) -> Cleaned[Product]:
    rows = read_rows(files, Layout(ITEMS, "\n", ("id, asin, keywords, attributes",)))
    return clean_rows(files.where(ITEMS), rows, lambda row: parse_product(_line(row)), lambda each: each.number)


def _line(row: Mapping[str, str]) -> str:
    """The whole of a row, whose layout has one column."""
    [line] = row.values()
    return line


def _number(text: str, what: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise RowError(f"{what} is not a whole number")
    if int(text) < 1:
        raise RowError(f"{what} is below 1")
    return int(text)


def _json_object(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise RowError("not JSON") from None
    if not isinstance(fields, dict):
        raise RowError("not a JSON object")
    return fields


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise RowError(f"{what} is not text")
    return value


def _categories(products: tuple[Product, ...]) -> frozenset[str]:
    """What stands second in some list: a brand never does, and a list without a brand begins with one of these."""
    return frozenset(each.attributes[1] for each in products if len(each.attributes) > 1)


def _pairs(product: Product, categories: frozenset[str]) -> list[dict[str, str]]:
    """Brand and categories, each once."""
    first, rest = product.attributes[:1], product.attributes[1:]
    if first and first[0] in categories:
        first, rest = (), product.attributes
    named = [("brand", value) for value in first if value != NO_BRAND] + [("category", value) for value in rest]
    return [{"name": name, "value": value} for name, value in dict.fromkeys(named) if value]


def _is_beside(files: RawFiles, name: str, other: str) -> bool:
    """Whether `other` is there, in the same folder as `name`: ids of two data sets must not mix."""
    here = PurePosixPath(files.members[name]).parent
    return files.has(other) and PurePosixPath(files.members[other]).parent == here


def _check_ids(items: pl.DataFrame, files: RawFiles) -> None:
    twice = [item_id for item_id, count in Counter(items["item_id"]).items() if count > 1]
    if twice:
        raise DataError(
            f"{files.where(ITEMS)}: expected every item to have an asin of its own, found two items {twice[0]!r}. "
            "Correct the file."
        )


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
