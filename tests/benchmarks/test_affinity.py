"""The affinity benchmark on a made-up measurement."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import affinity
from benchmarks.affinity import Plan, main, run
from benchmarks.measured import run_measured
from benchmarks.result import read_results
from benchmarks.table import page

FOUND: dict[str, Any] = {
    "tasks": ["next_item", "like"],
    "measured_at": [10, 20],
    "affinity_in_own_steps": {"mean": [[1.0, 0.25], [None, 1.0]], "standard_error": [[0.1, 0.0625], [None, None]]},
    "trunk_cosines": {"mean": [[1.0, -0.125], [-0.125, 1.0]], "conflicts": [[0.0, 0.75], [0.75, 0.0]]},
    "words": ["Proposed: two models.", "- next_item alone", "- like alone"],
    "measurements": [{"step": 10}],
    "recipe": {"data": {"path": "somewhere"}},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
    commands: list[Sequence[str]] = []

    def measure(name: str, command: Sequence[str], place: Path, threads: int) -> None:
        commands.append(command)
        run_measured(name, ["true"], place, threads)
        path = place.with_name(f"{place.name}.cost.json")
        path.write_text(json.dumps([json.loads(path.read_text())[0] | {"command": list(command)}]))
        place.mkdir(parents=True, exist_ok=True)
        (place / "affinity.json").write_text(json.dumps(FOUND))
        (place / "affinity.png").write_bytes(b"a picture")

    monkeypatch.setattr(affinity, "run_measured", measure)
    return commands


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    data = tmp_path / "data"
    data.mkdir()
    (data / "dataset.json").write_text('{"name": "shop"}')
    return Plan(tmp_path / "shop.toml", data, tmp_path / "runs", 20, 10, 3, results=tmp_path / "results")


def test_what_was_measured_is_written_once(plan: Plan, asked: list[Sequence[str]]) -> None:
    for _ in range(2):
        found = json.loads(run(plan).read_text())
    [command] = asked
    assert list(command[2:4]) == ["tastemaker", "affinity"]
    assert {"--steps", "20", "--every", "10", "training.seed=3", f'data.path="{plan.data}"'} <= set(command)
    assert (found["question"], found["data"], found["seed"], found["split"]) == ("affinity", "shop", 3, "train")
    assert found["metrics"] == {"next_item/like": 0.25, "like/next_item": None}
    assert found["recipe"] == "recipes/shop.toml --steps 20 --every 10 --set training.seed=3"
    assert found["details"]["words"] == FOUND["words"]
    assert not {"measurements", "recipe"} & set(found["details"]), "which name folders, or are long"


def test_the_page_shows_who_helps_whom(plan: Plan, asked: list[Sequence[str]]) -> None:
    run(plan)
    text = page(read_results(plan.results))
    assert "|  | next_item | like |\n| --- | --- | --- |\n| next_item |  | +25.0 ± 6.2 |\n| like |  |  |\n" in text
    assert "| next_item |  | -0.125 (75 %) |" in text
    assert "Proposed: two models.\n\n- next_item alone\n- like alone\n" in text


def test_the_picture_is_copied_where_it_is_asked_for(plan: Plan, asked: list[Sequence[str]], tmp_path: Path) -> None:
    places = ["--runs", str(plan.runs), "--results", str(plan.results), "--picture", str(tmp_path / "map.png")]
    main([str(plan.recipe), "--data", str(plan.data), *places])
    assert (tmp_path / "map.png").read_bytes() == b"a picture"
