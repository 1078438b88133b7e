"""Real runs of a few steps, compared."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tastemaker
from tastemaker.cli import stages
from tastemaker.cli.recipe import Recipe, from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.storage import has_same_tables
from tastemaker.errors import CheckpointError, RecipeError

TINY = {
    "model": {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "content": "none"},
    "evaluation": {"draws": 20, "short_histories": [2]},
}


@pytest.fixture
def make(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Train a run of some tasks on the shop."""
    monkeypatch.setattr(stages.Dataset, "load", lambda config: replace(shop, config=config))

    def recipe(tasks: tuple[str, ...], **data: object) -> Recipe:
        training = {"token_budget": 256, "validation_examples": 4, "validate_every": 2, "epochs": 4, "max_steps": 2}
        table = {"path": str(tmp_path), "test_items": 3, "validation_items": 2, **data}
        return from_mapping({"data": table, **TINY, "tasks": {name: {} for name in tasks}, "training": training})

    return lambda name, *tasks, **data: stages.train(recipe(tasks, **data), tmp_path / name)


def test_a_joint_run_beside_single_ones(make, tmp_path) -> None:
    joint, ranking, scores = (
        make("j", "next_item", "rating", "like"),
        make("n", "next_item"),
        make("r", "rating", "like"),
    )
    found = tastemaker.compare(joint, [ranking, scores])
    assert list(found["tasks"]) == ["next_item", "rating", "like"]
    assert found["singles"] == {str(ranking): ["next_item"], str(scores): ["like", "rating"]}
    assert found["slices"].keys() == {*(f"last_{n}" for n in (1, 2, 3, 5, 10)), "long_tail"}
    cost = found["cost"]
    assert cost["joint"]["seconds"] > 0
    assert cost["tasks"].keys() == {"next_item", "rating", "like"}
    assert cost["tasks"]["rating"]["alone"]["targets"] > 0
    assert cost["sum"]["positions"] == sum(it["positions"] for it in cost["singles"].values())
    assert json.loads((joint / "compare.json").read_text()) == found
    assert not (joint / "report.html").exists()


def test_the_report_of_the_joint_run_begins_with_the_comparison(make, tmp_path) -> None:
    joint, ranking = make("j", "next_item", "rating"), make("n", "next_item")
    stages.evaluate(joint)
    tastemaker.compare(joint, [ranking], out=tmp_path / "apart")
    assert "Did joint training help?" not in (joint / "report.html").read_text()
    assert (tmp_path / "apart" / "compare.html").exists()
    tastemaker.compare(joint, [ranking], metrics={"next_item": "hr@10"})
    assert "Did joint training help?" in (joint / "report.html").read_text()
    stages.evaluate(joint)
    assert "Did joint training help?" in (joint / "report.html").read_text()


def test_what_was_said_of_weights_before_heads_no_report(make) -> None:
    joint, ranking = make("j", "next_item", "rating"), make("n", "next_item")
    stages.evaluate(joint)
    tastemaker.compare(joint, [ranking])
    later = (joint / "compare.json").stat().st_mtime + 9
    os.utime(joint / "best.json", (later, later))  # as training on leaves it
    (joint / "report.html").unlink()
    tastemaker.compare(joint, [ranking])
    assert not (joint / "report.html").exists()
    os.utime(joint / "best.json", (later + 99, later + 99))
    stages.evaluate(joint)
    assert "Did joint training help?" not in (joint / "report.html").read_text()


def test_a_run_from_before_costs_were_kept_is_compared_all_the_same(make) -> None:
    joint, ranking = make("j", "next_item", "rating"), make("n", "next_item")
    (joint / "seconds.json").unlink()
    cost = tastemaker.compare(joint, [ranking])["cost"]
    assert (cost["joint"]["seconds"], cost["ratio"]["seconds"]) == (None, None)
    assert cost["ratio"]["positions"] > 0


def test_a_single_may_be_kept_from_what_the_joint_run_must_not_read(make) -> None:
    joint, alone = make("j", "next_item", "category"), make("n", "next_item", withhold_for=("category",))
    assert list(tastemaker.compare(joint, [alone])["tasks"]) == ["next_item"]


def test_a_run_on_other_data_is_refused(make) -> None:
    joint, other = make("j", "next_item", "rating"), make("n", "next_item", train_share=0.5)
    with pytest.raises(RecipeError, match=rf"^{other}: expected a run on the data set and split of the judged one"):
        tastemaker.compare(joint, [other])


def test_an_unfinished_run_is_refused(make) -> None:
    joint, ranking = make("j", "next_item", "rating"), make("n", "next_item")
    path = next((ranking / "checkpoints").glob("*2")) / "training.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "is_finished": False}))
    with pytest.raises(CheckpointError) as caught:
        tastemaker.compare(joint, [ranking])
    assert str(caught.value) == (
        f"{ranking}: expected a finished run, found one that stopped after step 2 of 2. Go on with it by "
        f"`tastemaker train RECIPE --out {ranking} --resume`."
    )


def test_a_run_of_one_task_is_no_joint_run(make) -> None:
    ranking = make("n", "next_item")
    with pytest.raises(RecipeError) as caught:
        tastemaker.compare(ranking, [ranking])
    assert str(caught.value) == (
        f"{ranking}: expected a run trained on several tasks, found one of next_item alone. Two runs of one task are "
        "compared by `tastemaker evaluate RUN --against RUN2`."
    )


def test_folders_hold_the_same_where_their_tables_do(tmp_path: Path) -> None:
    for name, checksum in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).mkdir()
        told = {"name": name, "source": "s", "licence": "l", "version": 2, "checksums": {"items.parquet": checksum}}
        (tmp_path / name / "dataset.json").write_text(json.dumps(told))
    assert has_same_tables(tmp_path / "a", tmp_path / "b")
    assert not has_same_tables(tmp_path / "a", tmp_path / "c")
    assert has_same_tables(tmp_path / "a", tmp_path / "gone")
