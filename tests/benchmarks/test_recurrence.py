"""What is made of the timings, and the whole on the film shop."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import recurrence
from benchmarks.recurrence import figures, main
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.inference.recommender import Recommender
from tastemaker.model.config import ModelConfig
from tastemaker.model.recurrence import Recurrent


def test_ratios_are_taken_within_each_repetition() -> None:
    took = {100: {"recurrence": [0.001, 0.002, 0.004], "nano": [0.002, 0.012, 0.004]}}
    found = figures(took)
    assert (found["100/recurrence_ms"], found["100/nano_ms"], found["100/nano_ms/max"]) == (2, 4, 12)
    assert (found["100/nano_to_recurrence"], found["100/nano_to_recurrence/min"]) == (2, 1)
    assert "100/recurrence_to_recurrence" not in found


def test_the_result(shop: Dataset, model: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    config = ModelConfig("recurrence", 16, 2, heads=2, window=64)
    model.network.backbone = Recurrent(config, model.tokenizer.size).eval()
    monkeypatch.setattr(recurrence, "fresh", lambda *given: Recommender(model, lambda: shop))
    main(["--data", str(data), "--pasts", "10", "300", "--repetitions", "2", "--results", str(tmp_path / "results")])
    found = json.loads((tmp_path / "results/recurrence/shop-one_more_event-0.json").read_text())
    assert found["metrics"]["300/nano_to_recurrence"] > 0
    assert 0 < found["metrics"]["300/difference_millionths"] < 10
    kept = [found["metrics"][f"300/{name}_cache_kb"] for name in ("recurrence", "nano_cached")]
    assert kept == [63 * 16 * 2 * 2 * 4 / 1000, 303 * 16 * 2 * 2 * 4 / 1000], "positions, width, layers, bytes"
    assert torch.get_num_threads() == 1


def test_the_log_begins_again_where_it_ends(shop: Dataset, model: TrainedModel) -> None:
    size = len(shop.items)
    embedded = recurrence.log_embeddings(Recommender(model, lambda: shop), size + 2)
    assert torch.equal(embedded[:, size:], embedded[:, :2])
    assert len(np.unique(embedded[0].detach().numpy(), axis=0)) > 2
