from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tastemaker.data.checks import CHECKS, check_tables
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.files import RawFiles
from tastemaker.data.movielens_100k import read
from tastemaker.data.schema import SUMMARY_COLUMNS
from tastemaker.data.storage import TABLES
from tastemaker.errors import DataError


@pytest.fixture
def tables(put: Callable[..., Path], grouplens: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    return dict(read(RawFiles.at(put(grouplens))).tables)


def test_every_table_has_its_check() -> None:
    assert {name: list(check.columns) for name, check in CHECKS.items()} == {
        name: list(columns) for name, columns in TABLES.items()
    }


def test_clean_tables_pass(tables: dict[str, pl.DataFrame]) -> None:
    check_tables(tables)


@pytest.mark.parametrize(
    ("table", "column", "value", "found"),
    [
        ("interactions", "rating", 7.0, "in_range"),
        ("interactions", "event", "stare", "isin"),
        ("interactions", "user_id", None, "null"),
        ("items", "title", None, "null"),
        ("items", "item_id", "1", "unique|duplicate"),
        ("users", "user_id", "9", "unique|duplicate"),
    ],
)
def test_a_bad_value_is_refused(
    tables: dict[str, pl.DataFrame], table: str, column: str, value: Any, found: str
) -> None:
    dtype = tables[table].schema[column]
    tables[table] = tables[table].with_columns(pl.lit(value, dtype=dtype).alias(column))
    with pytest.raises(
        DataError, match=rf"(?s)^{table}: expected a table in the form of the schema, found .*({found})"
    ):
        check_tables(tables)


def test_a_column_too_many_is_refused(tables: dict[str, pl.DataFrame]) -> None:
    tables["items"] = tables["items"].with_columns(extra=pl.lit(1))
    with pytest.raises(DataError, match=r"^items: expected a table in the form of the schema, found .*extra"):
        check_tables(tables)


def test_an_unknown_item_is_refused(tables: dict[str, pl.DataFrame]) -> None:
    tables["items"] = tables["items"].filter(pl.col("item_id") != "2")
    with pytest.raises(DataError, match=r"^interactions: expected items of the catalog only, found '2'\.$"):
        check_tables(tables)


def talk(text: str, liked: tuple[str, ...] | None = None) -> pl.DataFrame:
    return dialogue_table([Dialogue("d", (Turn("user", text, liked, ()),))])


def test_dialogues_stand_for_interactions(tables: dict[str, pl.DataFrame]) -> None:
    tables["interactions"] = tables["interactions"].clear()
    with pytest.raises(DataError, match=r"^tables: expected interactions, dialogues or summaries, found none\.$"):
        check_tables(tables)
    with pytest.raises(DataError, match=r"^tables: expected interactions, dialogues or summaries, found none\.$"):
        check_tables(tables | {"dialogues": talk("Hi").clear()})
    check_tables(tables | {"dialogues": talk("Like [[1]] and [[2]]", ("267",))})


@pytest.mark.parametrize("dialogues", [talk("Like [[1]], not [[17]]"), talk("Like [[1]]", ("1", "17"))])
def test_a_mention_of_an_unknown_item_is_refused(tables: dict[str, pl.DataFrame], dialogues: pl.DataFrame) -> None:
    with pytest.raises(DataError, match=r"^dialogues: expected items of the catalog only, found '17'\.$"):
        check_tables(tables | {"dialogues": dialogues})


def test_summaries_stand_for_interactions_and_are_of_known_items(tables: dict[str, pl.DataFrame]) -> None:
    tables["interactions"] = tables["interactions"].clear()
    rows = [("1", ["Good."], "It is good.", "train"), ("17", ["Bad."], "It is bad.", None)]
    summaries = pl.DataFrame(rows, schema=pl.Schema(SUMMARY_COLUMNS), orient="row")
    check_tables(tables | {"summaries": summaries[:1]})
    with pytest.raises(DataError, match=r"^summaries: expected items of the catalog only, found '17'\.$"):
        check_tables(tables | {"summaries": summaries})
