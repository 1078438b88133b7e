"""What counts as padding, and the whole on the film shop."""

import json
from pathlib import Path

import pytest

from benchmarks import padding as script
from benchmarks.padding import figures, main, one_epoch, padding, shuffled_only
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.tasks import TASKS
from tastemaker.training.config import TrainingConfig
from tastemaker.training.mixture import Mixture, group_tasks


@pytest.fixture
def mixture(model: TrainedModel, shop: Dataset) -> Mixture:
    tasks = [TASKS[name]() for name in ("next_item", "rating", "explanation")]
    config = TrainingConfig(token_budget=300, mixture_temperature=2.0)
    return Mixture(shop, group_tasks(shop, tasks), model.layout, config)


def test_a_step_takes_one_batch_of_every_group() -> None:
    short, long = [[1, 2], [2, 2]], [[10, 6]]
    assert padding([short]) == pytest.approx(1 / 8), "7 of 8 are real"
    assert padding([long]) == pytest.approx(4 / 20)
    assert padding([short, long]) == pytest.approx(1 - (3.5 + 16) / (4 + 20))
    assert padding([short, long], [1.0, 0.5]) == pytest.approx(1 - (3.5 + 8) / (4 + 10)), (
        "long ones in every other step"
    )


def test_without_regard_to_lengths_batches_keep_to_the_budget() -> None:
    batches = [[1] * 10, [9] * 10]
    cut = shuffled_only(batches, 30, seed=0)
    assert sorted(length for batch in cut for length in batch) == [1] * 10 + [9] * 10
    assert all(len(batch) == 1 or len(batch) * max(batch) <= 30 for batch in cut)
    assert padding([cut]) > padding([batches]) == 0
    assert shuffled_only([[7]], 3, seed=0) == [[7]], "one row may be longer than the budget"


def test_an_epoch_is_what_training_reads(mixture: Mixture) -> None:
    for stream in mixture.streams:
        batches = one_epoch(stream)
        assert stream.epoch == 1
        assert sum(map(sum, batches)) == stream.size
        assert all(len(batch) == 1 or len(batch) * max(batch) <= stream.budget for batch in batches)


def test_figures_stand_by_group() -> None:
    assert figures({"a": [[1, 2]], "b": [[2]]}, {"a": [[1, 4]], "b": [[2]]}, [1.0, 1.0]) == {
        "padding": round(1 / 6, 4),
        "padding/shuffled_only": round(3 / 10, 4),
        "a/padding": 0.25,
        "a/padding/shuffled_only": 0.375,
        "b/padding": 0.0,
        "b/padding/shuffled_only": 0.0,
    }


def test_the_result(mixture: Mixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, recipe = tmp_path / "data", tmp_path / "shop.toml"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    recipe.write_text('[data]\npath = "elsewhere"\n[tasks.next_item]\n')
    monkeypatch.setattr(script, "mixture", lambda recipe: mixture)
    main(["--recipe", str(recipe), "--data", str(data), "--results", str(tmp_path / "results")])
    found = json.loads((tmp_path / "results/padding/shop-shop-0.json").read_text())
    assert 0 < found["metrics"]["padding"] < found["metrics"]["padding/shuffled_only"]
    assert list(found["details"]) == ["next_item+rating", "explanation"]
    assert found["details"]["explanation"]["rows"] > 0
