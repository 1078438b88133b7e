"""What the command asks of the stage, and what it shows; and the stage itself on the tiny shop."""

import json
from pathlib import Path
from typing import Any

import pytest

import tastemaker
from tastemaker.cli.affinity_command import EXAMPLES
from tastemaker.cli.recipe import Recipe

FOUND: dict[str, Any] = {
    "tasks": ["next_item", "like"],
    "affinity_in_own_steps": {"mean": [[1.0, -0.125], [None, 1.0]]},
    "words": ["One model of all 2 tasks: [good].", "Proposed: train all tasks together."],
}


@pytest.fixture
def calls(monkeypatch):
    noted = []

    def affinity(recipe: Recipe, out: Path, *, steps: int, every: int, watch: Any) -> dict[str, Any]:
        noted.append((recipe, out, steps, every))
        watch.say("learning the vocabulary")
        return FOUND

    monkeypatch.setattr(tastemaker, "affinity", affinity, raising=False)
    return noted


def test_affinity_shows_a_table_and_says_what_it_means(run, calls, recipe_file):
    result = run("affinity", recipe_file, "--steps", 20, "--every", 5, "--out", "x", "--set", "training.seed=3")
    assert result.exit_code == 0, result.output
    [(recipe, *asked)] = calls
    assert (recipe.training.seed, *asked) == (3, Path("x"), 20, 5)
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["next_item", "·", "-12.5"] in rows
    assert ["like", "·"] in rows, "an unknown cell is empty"
    assert result.stdout.splitlines()[-3:] == [
        *FOUND["words"],
        "All figures: x/affinity.json; a heat map: x/affinity.png",
    ]
    assert result.stderr == "learning the vocabulary\n"


def test_affinity_as_json_into_a_folder_of_the_recipes_name(run, calls, recipe_file):
    result = run("affinity", recipe_file, "--json")
    assert json.loads(result.stdout) == FOUND
    assert calls[0][1:] == (Path("runs/affinity-recipe"), 100, 10)


@pytest.mark.parametrize("option", ["--steps", "--every"])
def test_usage_errors(run, calls, recipe_file, option):
    result = run("affinity", recipe_file, option, 0)
    assert result.exit_code == 2
    assert option in result.stderr
    assert calls == []


def test_the_page_on_several_tasks_shows_these_commands():
    page = (Path(__file__).parents[2] / "docs" / "multi-task.md").read_text(encoding="utf-8")
    assert all(example in page for example in EXAMPLES)
