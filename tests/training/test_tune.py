"""The search with made-up objectives: seeded, of a fixed size, resumed where it was cut off, about one thing only."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tastemaker.errors import CheckpointError, RecipeError, TrainingError
from tastemaker.training import study
from tastemaker.training.search_space import Choices, Range
from tastemaker.training.trial_chart import draw_trials
from tastemaker.training.trials import Outcome, Trial, Trials
from tastemaker.training.tune import Plan, search

SPACE = {"a.rate": Range(0.1, 10.0, log=True), "a.size": Range(1, 8), "a.kind": Choices(("x", "y"))}
PLAN = Plan("score", False, SPACE, {"a.rate": 1.0, "a.size": 3, "a.kind": "y"}, {"a.b": 1, "t.low": 0.1}, seed=3)


class Heard:
    """Keeps what a search tells."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.over: list[Trial] = []

    def begins(self, number: int, values: Mapping[str, object], before: Trials) -> None:
        self.begun.append(number)

    def ended(self, trial: Trial, found: Trials) -> None:
        self.over.append(trial)
        assert found.trials[-1] == trial


def score(number: int, values: Mapping[str, object]) -> Outcome:
    """Best at rate 2 and size 5."""
    return Outcome(-((values["a.rate"] - 2) ** 2) - (values["a.size"] - 5) ** 2, 40)  # type: ignore[operator]


def run(
    out: Path, count: int, objective: Callable[..., Outcome] = score, plan: Plan = PLAN, heard: Heard | None = None
) -> Trials:
    out.mkdir(exist_ok=True)
    return search(plan, objective, count, out, heard or Heard())


def essence(found: Trials) -> list[object]:
    return [replace(trial, seconds=0) for trial in found.trials]


def test_the_first_trial_is_the_recipe_and_the_others_lie_within_the_ranges(tmp_path):
    """-(1 - 2)² - (3 - 5)² = -5."""
    found = run(tmp_path, 14)
    assert [trial.number for trial in found.trials] == list(range(1, 15))
    assert (found.trials[0].values, found.trials[0].value) == (PLAN.first, -5)
    assert all(trial.values[key] in SPACE[key] for trial in found.trials for key in SPACE)
    assert all(isinstance(trial.values["a.size"], int) for trial in found.trials)
    assert len({tuple(trial.values.items()) for trial in found.trials}) == 14
    best = found.best()
    assert best is not None
    assert best.value == max(trial.value for trial in found.trials if trial.value is not None) > -5


def test_a_killed_search_goes_on_as_if_nothing_had_been(tmp_path):
    """Killed in trial 3 and again in trial 12, past the sampler's random start: no trial is lost or done twice."""
    seen: list[tuple[int, Mapping[str, object]]] = []

    def killed_at(*numbers: int) -> Callable[..., Outcome]:
        def objective(number: int, values: Mapping[str, object]) -> Outcome:
            seen.append((number, dict(values)))
            if number in numbers:
                raise KeyboardInterrupt
            return score(number, values)

        return objective

    whole = run(tmp_path / "whole", 14)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", 14, killed_at(3))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", 14, killed_at(12))
    assert essence(run(tmp_path / "killed", 14, killed_at())) == essence(whole)
    assert [number for number, _ in seen] == [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 13, 14]
    assert seen[2] == seen[3]
    assert seen[12] == seen[13]


def test_a_search_killed_between_two_values_of_a_trial_proposes_the_same(tmp_path, monkeypatch):
    whole = run(tmp_path / "whole", 4)
    suggest, asked = study._suggest, []

    def killed(trial, key, dimension):
        asked.append(key)
        if len(asked) == 3 * len(SPACE) + 2:
            raise KeyboardInterrupt
        suggest(trial, key, dimension)

    with monkeypatch.context() as patch:
        patch.setattr(study, "_suggest", killed)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "killed", 4)
    assert essence(run(tmp_path / "killed", 4)) == essence(whole)


def test_the_number_of_trials_is_the_total(tmp_path):
    heard = Heard()
    run(tmp_path, 3)
    assert len(run(tmp_path, 5, heard=heard).trials) == 5
    assert heard.begun == [4, 5]
    assert len(run(tmp_path, 2, heard=heard).trials) == 5
    assert heard.begun == [4, 5]


def test_a_failed_trial_counts_and_the_search_goes_on(tmp_path):
    def objective(number: int, values: Mapping[str, object]) -> Outcome:
        return Outcome(None, 7, "not finite") if number == 2 else score(number, values)

    heard = Heard()
    found = run(tmp_path, 4, objective, heard=heard)
    assert [trial.state for trial in found.trials] == ["complete", "failed", "complete", "complete"]
    assert (heard.over[1].value, heard.over[1].steps, heard.over[1].reason) == (None, 7, "not finite")
    assert 2 not in [trial.number for trial in found.ranked()]
    lines = [json.loads(line) for line in (tmp_path / "trials.jsonl").read_text().splitlines()]
    assert [line["state"] for line in lines] == ["complete", "failed", "complete", "complete"]
    assert lines[0] | {"seconds": 0} == {
        "number": 1,
        "state": "complete",
        "value": -5.0,
        "seconds": 0,
        "steps": 40,
        "values": {"a.rate": 1.0, "a.size": 3, "a.kind": "y"},
        "reason": "",
    }


@pytest.mark.parametrize(
    ("terms", "line"),
    [
        ({"a.b": 2, "t.low": 0.1}, "a.b must be 1 as when the search began, found 2."),
        ({"a.b": 1, "t.low": 0.2}, "t.low must be 0.1 as when the search began, found 0.2."),
        ({"a.b": 1}, "t.low must be 0.1 as when the search began, found None."),
    ],
)
def test_another_search_is_refused(tmp_path, terms, line):
    run(tmp_path, 1)
    with pytest.raises(RecipeError) as caught:
        run(tmp_path, 2, plan=replace(PLAN, terms=terms))
    assert str(caught.value) == f"{tmp_path}: to go on, {line} Search into another --out instead."


def test_a_file_that_is_no_study(tmp_path):
    (tmp_path / "study.db").write_text("nothing of the kind " * 40)
    with pytest.raises(CheckpointError) as caught:
        run(tmp_path, 1)
    assert str(caught.value) == (
        f"{tmp_path / 'study.db'}: expected the record of a search, found an error: (sqlite3.DatabaseError) file is "
        "not a database. Make sure that the place can be written, or pass another --out."
    )


def test_without_optuna(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "tastemaker.training.study", raising=False)
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(TrainingError) as caught:
        run(tmp_path, 1)
    assert str(caught.value) == 'tuning needs optuna, found none. Install it: pip install "tastemaker[tune]"'


@pytest.mark.parametrize(("is_lower_better", "order"), [(True, [2, 4, 1]), (False, [1, 2, 4])])
def test_ranking_by_either_direction(is_lower_better, order):
    """Values 3, 1, none and 1: of two equals the earlier first."""
    trials = tuple(
        Trial(number, "complete", value, 1.0, 40, {}) for number, value in enumerate((3.0, 1.0, None, 1.0), start=1)
    )
    assert [trial.number for trial in Trials("m", is_lower_better, trials).ranked()] == order


def test_the_picture_has_a_panel_for_every_key(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda figure, path, **_: (drawn.append(figure), path.touch())
    )
    trials = (
        Trial(1, "complete", 0.2, 1.0, 40, {"a.rate": 1.0, "a.size": 3, "a.kind": "y"}),
        Trial(2, "failed", None, 1.0, 5, {"a.rate": 9.0, "a.size": 2, "a.kind": "x"}, "not finite"),
        Trial(3, "complete", 0.1, 1.0, 40, {"a.rate": 0.5, "a.size": 8, "a.kind": "x"}),
    )
    draw_trials(Trials("score", False, trials), SPACE, tmp_path / "trials.png")
    assert (tmp_path / "trials.png").exists()
    course, rate, size, kind = drawn[0].axes
    [best, each, failed] = course.get_lines()
    assert best.get_xydata().tolist() == [[1, 0.2], [3, 0.2]]
    assert each.get_xydata().tolist() == [[1, 0.2], [3, 0.1]]
    assert failed.get_xdata().tolist() == [2]
    assert [axes.get_xlabel() for axes in (rate, size, kind)] == ["a.rate", "a.size", "a.kind"]
    assert (rate.get_xscale(), size.get_xscale()) == ("log", "linear")
    assert [label.get_text() for label in rate.get_xticklabels()] == ["0.1", "1", "10"]
    assert kind.get_lines()[0].get_xydata().tolist() == [[1, 0.2], [0, 0.1]]
    assert kind.get_lines()[1].get_xydata().tolist() == [[1, 0.2]]
