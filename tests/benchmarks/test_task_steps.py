"""Steps in which a task alone reads as much of it as another run did."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks import task_steps
from benchmarks.task_steps import main, steps_to
from tastemaker.cli import stages
from tastemaker.data.dataset import Dataset


@pytest.mark.parametrize(
    ("positions", "expected"),
    [(1, (1, 10)), (10, (1, 10)), (14, (1, 10)), (16, (2, 20)), (29, (3, 30)), (36, (4, 40)), (34, (3, 30))],
)
def test_the_nearest_number_of_steps(positions: int, expected: tuple[int, int]) -> None:
    def tens() -> Iterator[int]:
        while True:
            yield 10

    steps = tens()
    draw: Callable[[], int] = lambda: next(steps)  # noqa: E731
    assert steps_to(positions, draw) == expected


def test_a_recipe_trained_for_so_many_steps_reads_so_many_positions(
    shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages.Dataset, "load", lambda config: shop)
    monkeypatch.setattr(task_steps.Dataset, "load", lambda config: shop)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'[data]\npath = "{tmp_path}"\n[model]\nwidth = 16\nlayers = 1\nheads = 2\nvocabulary = 400\ncontent = "none"\n'
        "[tasks.category]\n[training]\ntoken_budget = 128\naccumulate = 2\nvalidation_examples = 4\nepochs = 9\n"
    )
    run = stages.train(task_steps.read_recipe(recipe, ["training.max_steps=7"]), tmp_path / "run")
    state = json.loads(next((run / "checkpoints").glob("*/training.json")).read_text())
    read = state["seen"]["tasks"]["category"]["positions"]
    main([str(recipe), "--positions", str(read), "--out", str(tmp_path / "steps.json")])
    assert json.loads((tmp_path / "steps.json").read_text()) == {"steps": state["step"], "positions": read}
    assert state["step"] == 7
