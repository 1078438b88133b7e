"""What is held out changes nothing that training, or a baseline, reads: rewritten, it leaves everything as it was."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import Recipe, from_mapping
from tastemaker.cli.stages import new_model
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.evaluation.answers import Ranker, Rater, kind_of
from tastemaker.evaluation.baselines import Ingredients, fit_baselines
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.judge import Judge
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import HISTORY
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, Task
from tastemaker.training.losses import TrivialLosses
from tests.tasks.conftest import cinema_item, cinema_rows

WORDS = ("The tone is warm and the knob is long", "A strap that holds", "The pedal is loud")
TASKS_HERE = {
    name: task() for name, task in TASKS.items() if name not in ("summary", "category", "description", "title")
}
HELD_OUT: dict[str, dict[str, float]] = {
    "users": {"new_users": 0.3},
    "items": {"new_items": 0.2},
    "share": {"train_share": 0.5},
    "all": {"new_users": 0.3, "new_items": 0.2, "train_share": 0.6},
}
BARE = tuple(cinema_item(row) if row % 2 else CatalogItem(f"f{row}", "") for row in range(20))
"""Half of the items are described by training reviews alone."""


def config_of(held_out: dict[str, float]) -> DataConfig:
    return DataConfig(path="cinema", test_items=3, validation_items=2, **held_out)  # type: ignore[arg-type]


def built(rows: list[list[object]], held_out: dict[str, float], items: tuple[CatalogItem, ...]) -> Dataset:
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    return Dataset.from_tables(Catalog(items), table, config_of(held_out))


def rows_here() -> list[list[object]]:
    return [[*row[:5], f"{WORDS[place % 3]}, {row[5]}", row[6]] for place, row in enumerate(cinema_rows())]


def rewritten(rows: list[list[object]], held_out: dict[str, float]) -> tuple[list[list[object]], int]:
    """Other feedback and words in all that is held out: what is gone, and what new users chose before the test."""
    dataset = built(rows, held_out, BARE)
    left = np.arange(len(rows)) if dataset.log_rows is None else dataset.log_rows
    is_told = np.ones(len(rows), dtype=bool)
    is_told[left] = False
    places = np.arange(len(left)) - dataset.offsets[dataset.owners]
    is_told[left[places < dataset.cuts.start[dataset.owners]]] = True
    other = [
        [*row[:4], 6.0 - float(str(row[4])), f"Secretsecret knob {row[5]}", "Secret"] if is_told[place] else row
        for place, row in enumerate(rows)
    ]
    return other, int(is_told.sum())


def training(dataset: Dataset) -> list[Example]:
    """All that is trained and validated on."""
    parts = (Split.TRAIN, Split.VALIDATION)
    return [it for task in TASKS_HERE.values() for split in parts for it in task.examples(dataset, split)]


def initial(dataset: Dataset) -> TrainedModel:
    torch.manual_seed(0)
    recipe: Recipe = from_mapping(
        {
            "data": {"path": "cinema"},
            "model": {"width": 16, "heads": 2, "layers": 1, "content": "none", "vocabulary": 600},
            "tasks": {name: {} for name in TASKS_HERE},
        }
    )
    return new_model(recipe, dataset, lambda line: None)


def answers(dataset: Dataset, asked: dict[str, list[Example]]) -> dict[str, Any]:
    """What every baseline that ranks or rates says."""
    judge = Judge.of(dataset, Split.TEST, EvaluationConfig())
    tasks: list[Task] = list(TASKS_HERE.values())
    predictor = Predictor(initial(dataset))
    fitted = fit_baselines(Ingredients(judge, predictor, None, tasks), {kind_of(it) for it in asked.values()})
    said: dict[str, Any] = {}
    for name, baseline in fitted.items():
        for task, examples in asked.items():
            if not baseline.takes(task, kind_of(examples)):
                continue
            if isinstance(baseline.answers, Ranker):
                said[f"{name} {task}"] = baseline.answers.item_scores(examples)
            elif isinstance(baseline.answers, Rater):
                said[f"{name} {task}"] = np.concatenate(list(baseline.answers.values(examples)))
    return said


@pytest.mark.parametrize("held_out", HELD_OUT.values(), ids=HELD_OUT)
def test_nothing_that_is_held_out_is_read(held_out: dict[str, float]) -> None:
    rows = rows_here()
    other, changed = rewritten(rows, held_out)
    assert changed > 8
    one, two = built(rows, held_out, BARE), built(other, held_out, BARE)
    assert one.catalog == two.catalog
    assert any(item.attributes for item in one.catalog.items[::2])
    assert training(one) == training(two)
    first, second = initial(one), initial(two)
    assert first.tokenizer.to_json() == second.tokenizer.to_json()
    states = first.network.state_dict(), second.network.state_dict()
    assert states[0].keys() == states[1].keys()
    for name, tensor in states[0].items():
        assert torch.equal(tensor, states[1][name]), name
    assert TrivialLosses.of(one, 600, 20) == TrivialLosses.of(two, 600, 20)


@pytest.mark.parametrize("held_out", HELD_OUT.values(), ids=HELD_OUT)
def test_no_baseline_is_fitted_on_what_is_held_out(held_out: dict[str, float]) -> None:
    rows = rows_here()
    other, _ = rewritten(rows, held_out)
    one, two = built(rows, held_out, BARE), built(other, held_out, BARE)
    kinds = ("next_item", "rating", "like")
    asked = {name: list(TASKS_HERE[name].examples(one, Split.TEST)) for name in kinds}
    said, again = answers(one, asked), answers(two, asked)
    assert {name.split()[0] for name in said} >= {"popularity", "matrix_factorisation", "bias_model"}
    for name, values in said.items():
        np.testing.assert_array_equal(values, again[name], err_msg=name)


def test_what_is_read_does_change() -> None:
    """The test above can fail: the same secrets in training are found."""
    rows = rows_here()
    other = [[*row[:5], f"Secretsecret knob {row[5]}", row[6]] for row in rows]
    one, two = built(rows, {}, BARE), built(other, {}, BARE)
    assert training(one) != training(two)
    assert initial(one).tokenizer.to_json() != initial(two).tokenizer.to_json()


def test_new_items_are_cold_to_the_model_and_calibrated_on_validation() -> None:
    dataset = built(rows_here(), {"new_items": 0.2}, BARE)
    is_warm = initial(dataset).network.item_table.is_warm[HISTORY].numpy()
    whole = built(rows_here(), {}, BARE)
    new = np.flatnonzero(~is_warm & (whole.train_counts > 0))
    assert len(new) == 4
    targets = {entry.item for user in range(10) for entry in dataset.held_out(user, Split.VALIDATION)}
    assert targets & set(new.tolist())
    assert replace(dataset.config, new_items=0.0) == whole.config
