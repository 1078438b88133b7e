"""The tasks about items on the films that were joined from published files."""

import os
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.files import RawFiles
from tastemaker.data.movies import read
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.tasks.description import Description
from tastemaker.tasks.example import REFUSAL, Label, Text, Words
from tastemaker.tasks.question_answering import QuestionAnswering
from tastemaker.tasks.sentiment import Sentiment

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def movies() -> Dataset:
    root = Path(os.environ.get("TASTEMAKER_DATA", Path(__file__).parents[3] / "shared" / "data"))
    for name in ("movielens-100k", "redial"):
        if not (root / name).is_dir():
            pytest.skip(f"no {root / name}; set TASTEMAKER_DATA to the folder that holds {name}")
    tables = read(RawFiles.at(root)).tables
    none = pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS))
    config = DataConfig(path="movies")
    return Dataset.from_tables(Catalog.from_table(tables["items"]), none, config, dialogues=tables["dialogues"])


def test_more_than_a_quarter_of_all_questions_cannot_be_answered(movies: Dataset) -> None:
    asked: dict[Split, set[str]] = {}
    for split in Split:
        examples = list(QuestionAnswering().examples(movies, split))
        answers = [example.target.text for example in examples if isinstance(example.target, Words)]
        assert len(answers) == {Split.TRAIN: 12178, Split.VALIDATION: 708, Split.TEST: 797}[split]
        assert 0.25 < answers.count(REFUSAL) / len(answers) < 0.35
        asked[split] = {part.text.casefold() for it in examples for part in it.context[2:] if isinstance(part, Text)}
    assert not asked[Split.TRAIN] & (asked[Split.VALIDATION] | asked[Split.TEST])


def test_no_plot_that_is_held_out_is_trained_on(movies: Dataset) -> None:
    plots = {
        split: [it.target.text for it in Description().examples(movies, split) if isinstance(it.target, Words)]
        for split in Split
    }
    assert {split: len(found) for split, found in plots.items()} == {"train": 5892, "validation": 693, "test": 775}
    held_out = {*plots[Split.VALIDATION], *plots[Split.TEST]}
    assert not held_out & {*plots[Split.TRAIN]}
    told = " ".join(item.text for item in Description().withhold(movies).catalog)
    assert not [plot for plot in held_out if plot in told]


def test_feelings_are_those_of_the_forms(movies: Dataset) -> None:
    """Negative, neutral, positive; nothing but words is read of a film."""
    counts: dict[Split, list[int]] = {}
    for split in Split:
        examples = list(Sentiment().examples(movies, split))
        values = [example.target.values for example in examples if isinstance(example.target, Label)]
        counts[split] = [round(sum(column)) for column in zip(*values, strict=True)]
        assert all(any("[this]" in it.text for it in e.context if isinstance(it, Text)) for e in examples)
    assert counts[Split.TRAIN] == [384, 1156, 6739]
    assert counts[Split.VALIDATION] == [53, 138, 968]
    assert counts[Split.TEST][:2] == [323, 1046]
