"""Slices by the length of the past, and whole histories against a window on the film shop."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import recurrence_quality
from benchmarks.recurrence_quality import figures, gains, main, sliced
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset


def test_users_are_told_apart_by_their_past() -> None:
    found = sliced(np.array([1.0, 0.5, 0.0, 0.2]), np.array([3, 63, 64, 700]))
    assert found == {
        "validation_ndcg@10": 0.425,
        "validation_ndcg@10/past_of_0_to_63": 0.75,
        "validation_ndcg@10/past_of_64_to_199": 0.0,
        "validation_ndcg@10/past_of_200_or_more": 0.2,
    }


def test_seeds_are_averaged() -> None:
    assert figures([("a", {"x": 1.0}), ("b", {"x": 7.0}), ("a", {"x": 2.0})]) == {"a/x": 1.5, "b/x": 7}


def test_the_trunk_alone_is_judged_on_every_user(model: TrainedModel, shop: Dataset) -> None:
    values, lengths = gains(model, shop)
    assert values.shape == lengths.shape == (12,) and {*lengths} == {9}
    assert 0 < values.mean() < 1
    assert not any(term.weight.any() for term in model.network.terms)


def test_the_result(model: TrainedModel, shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dataset.json").write_text('{"name": "shop"}')
    monkeypatch.setattr(recurrence_quality, "load_trained", lambda run: model)
    monkeypatch.setattr(recurrence_quality.Dataset, "load", lambda config: shop)
    main(["--data", str(tmp_path), "--runs", "a=x", "b=y", "--results", str(tmp_path / "results")])
    found = json.loads((tmp_path / "results/recurrence_quality/shop-side_by_side-0.json").read_text())
    assert found["metrics"]["a/validation_ndcg@10"] == found["metrics"]["b/validation_ndcg@10"] > 0
    assert found["details"]["max_history"] == {"a": 200, "b": 200}
