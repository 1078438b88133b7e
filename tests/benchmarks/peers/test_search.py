"""The grid that a peer tries."""

from typing import Any

import pytest

from benchmarks.peers.search import search, trials
from benchmarks.peers.selection import Selection

COURSES = {1: [0.1, 0.2], 2: [0.4, 0.3], 3: [0.4]}


def train(given: dict[str, Any]) -> tuple[str, Selection[None]]:
    selection = Selection[None](patience=9)
    for reached in COURSES[given["k"]]:
        selection.record(reached, 1.5, lambda: None)
    return f"model {given['k']}", selection


def test_every_combination_is_tried() -> None:
    assert list(trials({"a": [1, 2], "b": "x"})) == [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}]


def test_the_first_of_the_best_is_kept() -> None:
    model, selection, details = search({"k": [1, 2, 3]}, train)
    assert (model, selection.best_epoch, details["chosen"]) == ("model 2", 1, {"k": 2})
    assert [trial["ndcg@10"] for trial in details["trials"]] == [0.2, 0.4, 0.4]
    assert details["trials"][0] == {"k": 1, "epoch": 2, "ndcg@10": 0.2, "seconds": 3.0}


def test_an_empty_grid_is_refused() -> None:
    with pytest.raises(SystemExit, match="hyperparameters: expected at least one trial in `grid`, found none"):
        search({"k": []}, train)
