"""Our trainer, told when to go on."""

import io
import json
from pathlib import Path

import pytest

from benchmarks import training_probe
from benchmarks.synthetic import write_synthetic
from benchmarks.training_probe import main, token_budget
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split
from tastemaker.model.layout import Layout
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.tasks.next_item import NextItem
from tastemaker.training.mixture import TaskGroup

RECIPE = """
[data]
path = "elsewhere"
test_items = 1
validation_items = 1
[model]
width = 8
layers = 1
heads = 1
content = "none"
copies = false
[tasks.next_item]
max_history = 50
[training]
validation_examples = 20
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_synthetic(tmp_path / "data", 0.02)
    return tmp_path / "data"


def test_a_step_has_as_many_targets_as_wanted(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = io.StringIO()
    monkeypatch.setattr(training_probe, "own_stdout", lambda: answers)
    monkeypatch.setattr(training_probe.sys, "stdin", io.StringIO("0.3\nstop\n"))
    (tmp_path / "recipe.toml").write_text(RECIPE)
    where = ["--recipe", str(tmp_path / "recipe.toml"), "--data", str(data), "--run", str(tmp_path / "run")]
    with pytest.raises(SystemExit) as ended:
        main([*where, "--targets", "200"])
    assert ended.value.code == 0
    facts, done = map(json.loads, answers.getvalue().splitlines())
    assert facts["engine"] == "tastemaker"
    assert facts["parameters"] > 0
    assert 150 < done["targets"] / done["steps"] < 250


@pytest.mark.parametrize("wanted", [100, 400])
def test_the_budget_is_more_than_the_targets_by_the_padding(data: Path, wanted: int) -> None:
    dataset = Dataset.load(DataConfig(path=str(data), test_items=1, validation_items=1))
    layout = Layout(TextTokenizer.train(["a film"], 300), 512)
    rows = TaskGroup((NextItem(max_history=50),)).rows(dataset, Split.TRAIN, layout)
    assert wanted <= token_budget(rows, wanted) < 1.5 * wanted
