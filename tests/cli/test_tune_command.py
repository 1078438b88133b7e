"""What the command asks of the stage, and what it shows."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

import tastemaker
from tastemaker.cli.recipe import Recipe, read_recipe
from tastemaker.cli.trial_progress import trial_progress
from tastemaker.cli.tune_command import EXAMPLES
from tastemaker.errors import TrainingError
from tastemaker.training.trials import Trial, Trials

ROOT = Path(__file__).parents[2]
VALUES = (0.25, 0.125, None, 0.5, 0.3, 0.2, 0.1)
FOUND = Trials(
    "next_item/ndcg@10",
    False,
    tuple(
        Trial(
            number,
            "failed" if value is None else "complete",
            value,
            61.5,
            40,
            {"model.width": 16, "model.dropout": 1 / 3},
        )
        for number, value in enumerate(VALUES, start=1)
    ),
)


@pytest.fixture
def calls(monkeypatch):
    noted = []

    def tune(recipe: Recipe, out: Path, *, trials: int, watch: object) -> Trials:
        noted.append((recipe, out, trials))
        watch.say("trial 1 of 7")
        return FOUND

    monkeypatch.setattr(tastemaker, "tune", tune, raising=False)
    return noted


def test_tune_shows_the_best_five(run, calls, recipe_file):
    result = run("tune", recipe_file, "--trials", 7, "--out", "runs/s", "--set", "training.epochs=3")
    assert result.exit_code == 0, result.output
    [(recipe, out, trials)] = calls
    assert (recipe.training.epochs, out, trials) == (3, Path("runs/s"), 7)
    rows = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    assert [row[:2] for row in rows if len(row) == 6][-5:] == [
        ["4", "0.5000"],
        ["5", "0.3000"],
        ["1 (the recipe)", "0.2500"],
        ["6", "0.2000"],
        ["2", "0.1250"],
    ]
    assert ["4", "0.5000", "16", "0.3333", "40", "62"] in rows
    assert result.stdout.splitlines()[-1] == (
        "runs/s/best.toml: the best of 7. Next: tastemaker train runs/s/best.toml --out RUN"
    )
    assert result.stderr == "trial 1 of 7\n"


def test_an_interrupted_search_says_how_to_go_on(run, monkeypatch, recipe_file):
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tastemaker, "tune", stop, raising=False)
    result = run("tune", recipe_file, "--trials", 7, "--out", "runs/s")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "interrupted. The same command goes on.\n"


def test_a_failure_is_one_line(run, monkeypatch, recipe_file):
    def fail(*_: object, **__: object) -> None:
        raise TrainingError("tuning needs optuna, found none.")

    monkeypatch.setattr(tastemaker, "tune", fail, raising=False)
    result = run("tune", recipe_file, "--trials", 7, "--out", "runs/s")
    assert (result.exit_code, result.stderr) == (1, "error: tuning needs optuna, found none.\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["r.toml", "--out", "x"], "Missing option '--trials'"), (["r.toml", "--out", "x", "--trials", "0"], "--trials")],
)
def test_usage_errors(run, calls, arguments, complaint):
    result = run("tune", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert calls == []


def watched(is_terminal: bool) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=is_terminal, width=120, color_system=None)
    with trial_progress(console) as watch:
        for trial in (1, 2):
            watch.say(f"trial {trial} of 2 [x]")
            watch.say("learning the vocabulary")
            watch.start(4, 2 * (trial - 1))
            for step in range(2 * trial - 1, 5):
                watch.step(step, {"next_item": 1 / step})
            watch.validation(4, {"next_item": 0.5}, True)
    return text.getvalue()


def test_a_log_gets_lines_each_once():
    assert watched(is_terminal=False).splitlines() == [
        "trial 1 of 2 [x]",
        "learning the vocabulary",
        "trial 2 of 2 [x]",
        "goes on after step 2 of 4",
    ]


def test_a_terminal_gets_one_bar():
    text = watched(is_terminal=True)
    assert "trial 2 of 2 [x]" in text
    [bar] = [line for line in text.split("\r")[-1].splitlines() if "step" in line]
    assert "4/4" in bar
    assert "next_item 0.250" in bar


def test_the_page_on_tuning_shows_commands_and_a_table_that_exist(tmp_path):
    page = (ROOT / "docs/tuning.md").read_text(encoding="utf-8")
    [table] = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "recipe.toml").write_text('[data]\npath = "d"\n[tasks.next_item]\n' + table)
    assert read_recipe(tmp_path / "recipe.toml").tune == read_recipe(ROOT / "recipes/next_item.toml").tune
    assert all(example in page for example in EXAMPLES)
