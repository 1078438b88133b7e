"""Validation needs something to validate on."""

from types import SimpleNamespace

import pytest

from tastemaker.errors import DataError
from tastemaker.training.validation import Validation


def test_a_task_without_validation_examples_is_named():
    dataset = SimpleNamespace(config=SimpleNamespace(path="data/x"))
    task = SimpleNamespace(name="rating", examples=lambda dataset, split: iter(()))
    with pytest.raises(DataError) as caught:
        Validation(dataset, [task], layout=None, most=5)
    assert str(caught.value) == (
        "data/x: expected validation examples of task 'rating', found none. Hold out fewer items (data.test_items, "
        "data.validation_items), or remove the task from the recipe."
    )
