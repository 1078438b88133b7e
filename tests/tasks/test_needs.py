"""A task that predicts from behaviour says so where there is none."""

import re

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.errors import DataError
from tastemaker.tasks import TASKS
from tastemaker.tasks.needs import need_interactions


@pytest.fixture
def talk() -> Dataset:
    """A data set of one dialogue and no interaction."""
    dialogues = dialogue_table([Dialogue("d", (Turn("user", "More like [[1]]?"), Turn("assistant", "No.")))])
    none = pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS))
    catalog = Catalog((CatalogItem("1", "Heat (1995)"),))
    return Dataset.from_tables(catalog, none, DataConfig(path="data/talk"), dialogues=dialogues)


@pytest.mark.parametrize("name", ["next_item", "rating", "like", "explanation"])
@pytest.mark.parametrize("split", list(Split))
def test_a_task_that_needs_interactions_says_so(talk: Dataset, name: str, split: Split) -> None:
    message = (
        f"data/talk: task {name!r} needs interactions, found none in interactions.parquet. "
        f"Remove [tasks.{name}] from the recipe, or prepare a data set that has some."
    )
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        next(TASKS[name]().examples(talk, split), None)


def test_interactions_are_enough(cinema: Dataset) -> None:
    need_interactions(cinema, "next_item")
