import json
import math
from pathlib import Path

import pytest

from benchmarks.result import ROOT
from benchmarks.trunk_forms import FORMS, Plan, reached, steps_of
from tastemaker.cli.recipe import read_recipe

RECIPE = ROOT / "recipes/movies-smollm2.toml"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_one_of_the_recipe(form: str, tmp_path: Path) -> None:
    plan = Plan(RECIPE, tmp_path, 1.0, tmp_path)
    model = read_recipe(RECIPE, plan.settings(form)).model
    assert str(model.layers) == form.split("_")[0]
    assert model.adaptation == form.split("_")[-1]
    assert "first" not in form or model.layer_choice == "first"


def test_steps_fill_the_time_by_the_speed_that_was_measured(tmp_path: Path) -> None:
    (tmp_path / "30_lora-2.step.json").write_text("1.5")
    assert steps_of(Plan(RECIPE, tmp_path, 2.0, tmp_path), "30_lora") == 80
    (tmp_path / "30_lora-0.01.step.json").write_text("1.5")
    assert steps_of(Plan(RECIPE, tmp_path, 0.01, tmp_path), "30_lora") == 1


def test_what_counts_is_the_last_validation(tmp_path: Path) -> None:
    lines = [("validation", {"a": 1.0, "b": 1.0}), ("train", {"a": 9.0}), ("validation", {"a": 0.5, "b": 2.0})]
    text = "".join(json.dumps({"step": 1, "split": split, "losses": losses}) + "\n" for split, losses in lines)
    (tmp_path / "losses.jsonl").write_text(text)
    assert reached(tmp_path) == {"a": 0.5, "b": 2.0, "mean_log_loss": (math.log(0.5) + math.log(2.0)) / 2}
