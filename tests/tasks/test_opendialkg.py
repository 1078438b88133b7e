"""The published dialogues of OpenDialKG, split clean and as published."""

import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.files import RawFiles
from tastemaker.data.opendialkg import read
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.tasks.talks import Said, overlapping, talks

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def clean() -> Dataset:
    root = Path(os.environ.get("TASTEMAKER_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (root / "opendialkg").is_dir():
        pytest.skip(f"no {root / 'opendialkg'}; set TASTEMAKER_DATA to the folder that holds opendialkg")
    tables = read(RawFiles.at(root / "opendialkg")).tables
    none = pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS))
    config = DataConfig(path="opendialkg")
    return Dataset.from_tables(Catalog.from_table(tables["items"]), none, config, dialogues=tables["dialogues"])


@pytest.fixture(scope="module")
def published(clean: Dataset) -> Dataset:
    return replace(clean, config=replace(clean.config, dialogue_split="published"))


def counts(dataset: Dataset, split: Split) -> tuple[int, int]:
    """Dialogues, and turns that are learned or judged."""
    found = list(talks(dataset, split))
    return len(found), sum(len(talk.replies) for talk in found)


def word_for_word(dataset: Dataset) -> int:
    """Test replies that an assistant says in training, too."""
    said = {_said(turn) for talk in talks(dataset, Split.TRAIN) for turn in talk.turns if turn.speaker == "assistant"}
    return sum(_said(talk.turns[place]) in said for talk in talks(dataset, Split.TEST) for place in talk.replies)


def _said(turn: Said) -> tuple[object, ...]:
    return (turn.words, turn.items)


def test_dialogues_that_overlap_test_turns_are_left_out_of_training(clean: Dataset, published: Dataset) -> None:
    assert overlapping(clean) == overlapping(published) == 543
    assert counts(clean, Split.TRAIN) == (3222, 5931)
    assert counts(published, Split.TRAIN) == (3222 + 543, 6853)


def test_both_splits_judge_the_same_turns(clean: Dataset, published: Dataset) -> None:
    for dataset in (clean, published):
        assert counts(dataset, Split.VALIDATION) == (335, 464)
        assert counts(dataset, Split.TEST) == (1124, 1188)


def test_no_test_reply_stands_in_the_clean_training_part(clean: Dataset, published: Dataset) -> None:
    assert word_for_word(clean) == 0
    assert word_for_word(published) == 319
