"""What is made of the timings, and the whole on the film shop."""

import json
from pathlib import Path

import pytest

from benchmarks import ranking_speed
from benchmarks.ranking_speed import figures, main, repeated
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.inference.recommender import Recommender


def took(*seconds: float) -> list[dict[str, float]]:
    return [{"seconds": each, "cpu_seconds": each / 2, "load": 0.0} for each in seconds]


def test_medians_and_percentiles() -> None:
    found = figures({"lists": took(1.0, 4.0, 2.0), "table": took(5.0), "one_user": took(0.001, 0.003, 0.002)}, 100)
    assert found["lists/users_per_second"] == 50
    assert (found["lists/users_per_second/min"], found["lists/users_per_second/max"]) == (25, 100)
    assert found["lists/users_per_cpu_second"] == 100
    assert found["table/users_per_second"] == 20
    assert (found["one_user/median_ms"], found["one_user/p95_ms"]) == (2, 2.9)


def test_the_first_call_does_not_count() -> None:
    calls: list[int] = []
    assert len(repeated(lambda: calls.append(1), repetitions=3)) == 3
    assert len(calls) == 4


def test_the_result(shop: Dataset, model: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    monkeypatch.setattr(ranking_speed, "fresh", lambda recipe, data: Recommender(model, lambda: shop))
    monkeypatch.setattr(ranking_speed, "CALLS", 3)
    given = ["--data", str(data), "--threads", "1", "--repetitions", "2", "--results", str(tmp_path / "results")]
    main(given)
    found = json.loads((tmp_path / "results/ranking_speed/shop-sasrec-0.json").read_text())
    assert found["metrics"]["1_thread/lists/users_per_second"] > 0
    assert (found["details"]["users"], found["details"]["items"]) == (12, 24)
    assert len(found["details"]["loads"]["1"]) == 2
