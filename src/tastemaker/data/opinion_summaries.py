"""Opinion summaries as FewSum and Copycat have them: a folder or zip of files with a product a row, tab separated.

A row has the product's category and id, reviews of it (`rev1`, `rev2`, …), and what several people wrote who summed
these up (`summ1`, `summ2`, …). The published split stands at the end of a file's name: `train`, `val` or `dev`, `test`.
Out come the tables of `schema.py`:

- A summary is one row of `summaries.parquet`, beside the reviews that it is of.
- Items are the products, of which nothing but the category is known. There are no interactions: the reviewers are not.
- The two corpora share products with all their reviews: 9 of the 28 that FewSum publishes to train on, and 6 of the 12
  that it validates on, are validation products of Copycat's. Tasks keep all of a product in one split.

Papers: Bražinskas et al., "Unsupervised Opinion Summarization as Copycat-Review Generation", ACL 2020, and "Few-Shot
Learning for Opinion Summarization", EMNLP 2020.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.cleaning import Cleaned, Parsed, clean_rows
from tastemaker.data.delimited import Layout, RowError, read_rows
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import as_id
from tastemaker.data.reader import RawTables, Reader
from tastemaker.data.schema import INTERACTION_COLUMNS, SUMMARY_COLUMNS
from tastemaker.data.text_cleaning import clean_text
from tastemaker.errors import DataError

SPLITS: Final[Mapping[str, str]] = {"train": "train", "val": "validation", "dev": "validation", "test": "test"}
LICENCE: Final = (
    "MIT, copyright 2020 Arthur Bražinskas, for the summaries; the reviews are those of Amazon's customers. Cite "
    'A. Bražinskas, M. Lapata and I. Titov, "Few-Shot Learning for Opinion Summarization", EMNLP 2020, or '
    '"Unsupervised Opinion Summarization as Copycat-Review Generation", ACL 2020.'
)
COLUMNS: Final = ("cat", "rev1", "summ1")
"""That every file has; FewSum calls the product `group_id`, Copycat `prod_id`."""
TWICE: Final = "summaries of one split that stand in two files, kept once"
_NAME: Final = re.compile(r"(?:.*[_.-])?(?P<split>train|val|dev|test)\.(?:csv|tsv)")


@dataclass(frozen=True)
class Product:
    """One row of a file."""

    item_id: str
    category: str
    reviews: tuple[str, ...]
    summaries: tuple[str, ...]


def needed_files(files: RawFiles) -> tuple[str, ...]:
    """Names of the files that are read.

    Raises:
        DataError: there are none.
    """
    found = tuple(sorted(name for name in files.members if _NAME.fullmatch(name)))
    if not found:
        there = ", ".join(sorted(files.members)[:8]) or "no file"
        raise DataError(
            f"{files.place}: expected files whose names end in train.csv, val.csv, dev.csv or test.csv, found {there}. "
            "Pass the folder or zip that holds them."
        )
    return found


def read(files: RawFiles) -> RawTables:
    """Read and clean all files.

    Raises:
        DataError: a file is empty or damaged, lacks a column, or holds no usable row.
    """
    cleaned = {name: _products(files, name) for name in needed_files(files)}
    items = {each.item_id: _item(each) for found in cleaned.values() for each in found.values}
    rows = [row for name, found in cleaned.items() for row in _rows(found.values, _split(name))]
    summaries = pl.DataFrame(rows, schema=pl.Schema(SUMMARY_COLUMNS), orient="row").unique(maintain_order=True)
    tables = {
        "items": Catalog(tuple(items.values())).to_table(),
        "interactions": pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS)),
        "summaries": summaries,
    }
    joined = {TWICE: len(rows) - len(summaries)} if len(rows) > len(summaries) else {}
    return RawTables(tables, tuple(cleaned.values()), joined)


def parse_product(fields: Mapping[str, str]) -> Parsed[Product]:
    """Parse one row; an empty review or summary is left out.

    Raises:
        RowError: there is no id, no review or no summary.
    """
    item_id = as_id((fields.get("group_id") or fields.get("prod_id") or "").strip(), "product")
    reviews, repairs = _texts(fields, "rev", "review")
    summaries, more = _texts(fields, "summ", "summary")
    category = " ".join(fields["cat"].replace("_", " ").split())
    return Parsed(Product(item_id, category, reviews, summaries), tuple(dict.fromkeys(repairs + more)))


def _texts(fields: Mapping[str, str], start: str, what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of all columns `start` with a number, and what it took to clean them."""
    cleaned = [clean_text(text) for name, text in fields.items() if re.fullmatch(rf"{start}\d+", name)]
    texts = tuple(each.value for each in cleaned if each.value)
    if not texts:
        raise RowError(f"no {what}")
    repairs = tuple(repair for each in cleaned for repair in each.repairs)
    return texts, repairs if len(texts) == len(cleaned) else (*repairs, f"empty {what} left out")


def _products(files: RawFiles, name: str) -> Cleaned[Product]:
    rows = read_rows(files, Layout(name, "\t", COLUMNS, COLUMNS))
    return clean_rows(files.where(name), rows, parse_product, lambda product: product.item_id)


def _split(name: str) -> str:
    found = _NAME.fullmatch(name)
    assert found is not None
    return SPLITS[found["split"]]


def _rows(products: Iterable[Product], split: str) -> list[tuple[str, tuple[str, ...], str, str]]:
    """Rows of `summaries.parquet`."""
    return [(each.item_id, each.reviews, summary, split) for each in products for summary in each.summaries]


def _item(product: Product) -> CatalogItem:
    return CatalogItem(product.item_id, "", attributes={"category": (product.category,)} if product.category else {})


READER: Final = Reader(wheel=None, licence=LICENCE, counts={}, needed=needed_files, read=read)
