"""Growth of time and memory: exponents, and the whole at a very small size."""

import json
from pathlib import Path

import pytest

from benchmarks import scaling
from benchmarks.scaling import Plan, epoch_seconds, exponents, main
from benchmarks.scaling_probe import main as probe

FOUND = {
    "items": 100.0,
    "us_per_target": 50.0,
    "targets_an_epoch": 1e6,
    "draw_epoch_s": 2.0,
    "plan_epoch_s": 1.0,
    "load_s": 1.0,
    "users_per_second": 1000.0,
    "peak_memory_mb": 500.0,
    "loaded_memory_mb": 400.0,
}


def test_an_epoch_is_its_planning_and_its_steps() -> None:
    assert epoch_seconds(FOUND) == 2 + 1 + 50


def test_exponents_of_growth() -> None:
    first = {"items": 10.0, "linear": 1.0, "constant": 7.0, "squared": 2.0, "rate": 8.0, "none": 0.0}
    last = {"items": 100.0, "linear": 10.0, "constant": 7.0, "squared": 200.0, "rate": 0.8, "none": 0.0}
    assert exponents(first, last) == {"items": 1, "linear": 1, "constant": 0, "squared": 2, "rate": -1}


def test_results_and_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str, command: list[str], place: Path, threads: int) -> None:
        scale = 10.0 if name == "0.02x" else 1.0
        place.with_suffix(".json").write_text(json.dumps(FOUND | {"items": 100 * scale, "us_per_target": 50 * scale}))
        cost = {"started": 0, "seconds": 3.0, "peak_memory_mb": 9.0, "commit": "x", "command": command}
        machine = {"processor": "p", "cores": 2, "threads": 1, "load": 0.5}
        place.with_name(f"{place.name}.cost.json").write_text(json.dumps([cost | {"machine": machine}]))

    monkeypatch.setattr(scaling, "run_measured", run)
    places = {"runs": tmp_path / "runs", "results": tmp_path / "results", "picture": tmp_path / "docs" / "scaling.png"}
    given = [word for name, path in places.items() for word in (f"--{name}", str(path))]
    main(["--scales", "0.02", "0.01", *given])
    small, large = (
        json.loads((tmp_path / f"results/scaling/synthetic-sasrec_{scale}x-0.json").read_text())
        for scale in ("0.01", "0.02")
    )
    assert "details" not in small
    assert large["details"]["exponents"]["us_per_target"] == 1
    assert large["metrics"]["epoch_s"] == 503
    assert (large["seconds"], large["machine"]["load"]) == (3, 0.5)
    assert (tmp_path / "docs/scaling.png").read_bytes().startswith(b"\x89PNG")


def test_every_stage_is_measured(tmp_path: Path) -> None:
    plan = Plan((0.01,), tmp_path / "runs", steps=2, users=8, repetitions=1, threads=1)
    scaling.write_synthetic(plan.data(0.01), 0.01)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    out = tmp_path / "found.json"
    size = ["--steps", "2", "--users", "8", "--repetitions", "1", "--recipe", str(recipe)]
    probe(["--data", str(plan.data(0.01)), "--out", str(out), *size])
    found = json.loads(out.read_text())
    assert (found["users"], found["items"]) == (224, 121)
    assert all(value > 0 for value in found.values())


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
token_budget = 128
validation_examples = 20
"""
