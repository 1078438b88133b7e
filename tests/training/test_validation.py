"""Validation needs something to validate on."""

from types import SimpleNamespace

import pytest

from tastemaker.errors import DataError
from tastemaker.training.validation import Validation


def test_a_task_without_validation_examples_is_named():
    dataset = SimpleNamespace(config=SimpleNamespace(path="data/x"))
    tasks = (SimpleNamespace(name="next_item"), SimpleNamespace(name="rating"))
    group = SimpleNamespace(tasks=tasks, rows=lambda dataset, split, layout: [])
    with pytest.raises(DataError) as caught:
        Validation(dataset, [group], layout=None, most=5)
    assert str(caught.value) == (
        "data/x: expected validation examples of next_item, rating, found none. "
        "Hold out fewer items: lower data.test_items and data.validation_items."
    )
