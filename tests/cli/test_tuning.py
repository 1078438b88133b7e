"""A search in the shop: what is searched, equal budgets, killed and resumed, and blind for the test split."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import tastemaker
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli import stages, tuning
from tastemaker.cli.recipe import Recipe, from_mapping, read_recipe, to_mapping, with_changes
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import CheckpointError, DataError, RecipeError, TrainingError
from tastemaker.evaluation.evaluate import evaluate
from tastemaker.evaluation.one_metric import OneMetric
from tastemaker.inference.predictor import Predictor
from tastemaker.training.loop import Trainer
from tastemaker.training.search_space import Choices, Range
from tastemaker.training.trials import Trials
from tests.conftest import LENGTH

SEARCH = {
    "training.learning_rate": {"low": 1e-3, "high": 1e-1, "log": True},
    "model.dropout": {"low": 0, "high": 0.6},
    "model.width": {"choices": [16, 32]},
}
NDCG = "next_item/ndcg@10"


@pytest.fixture
def recipe(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe whose data set is the shop: 4 steps, a checkpoint after every second."""
    monkeypatch.setattr(stages.Dataset, "load", lambda config: shop)

    def make(metric: str = NDCG, search: Mapping[str, Any] = SEARCH, **training: object) -> Recipe:
        fixed = {"token_budget": 256, "validation_examples": 4, "validate_every": 2, "epochs": 20, "max_steps": 4}
        model = {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "content": "none"}
        tables = {"model": model, "tasks": {"next_item": {}}, "training": {**fixed, **training}}
        return from_mapping({"data": {"path": str(tmp_path)}, **tables, "tune": {"metric": metric, "search": search}})

    return make


def essence(found: Trials) -> list[object]:
    return [replace(trial, seconds=0) for trial in found.trials]


class Told(stages.Silent):
    """Keeps what is said; dies at a step of a trial."""

    def __init__(self, dies_at: tuple[int, int] = (0, 0)) -> None:
        self.lines: list[str] = []
        self.starts: list[tuple[int, int]] = []
        self.dies_at = dies_at

    def start(self, total_steps: int, first_step: int) -> None:
        self.starts.append((total_steps, first_step))

    def step(self, step: int, losses: object) -> None:
        if (len(self.starts), step) == self.dies_at:
            raise KeyboardInterrupt

    def say(self, message: str) -> None:
        self.lines.append(message)


def test_every_trial_has_the_same_budget_and_the_first_is_the_recipe(recipe, tmp_path):
    watch = Told()
    found = tuning.tune(recipe(), tmp_path / "out", trials=3, watch=watch)
    assert watch.starts == [(4, 0)] * 3
    assert [trial.steps for trial in found.trials] == [4, 4, 4]
    assert found.trials[0].values == {"training.learning_rate": 1e-3, "model.dropout": 0.2, "model.width": 16}
    plain = stages.train(recipe(), tmp_path / "plain")
    one, two = load_trained(plain), load_trained(tmp_path / "out/trials/001")
    assert all(torch.equal(one.weights()[name], two.weights()[name]) for name in one.weights())
    assert load_trained(tmp_path / "out/trials/003").recipe["model"]["width"] == found.trials[2].values["model.width"]


def test_a_trial_is_judged_as_evaluation_would_on_validation(recipe, shop, tmp_path):
    found = tuning.tune(recipe(), tmp_path / "out", trials=1)
    read = recipe()
    model = Predictor(load_trained(tmp_path / "out/trials/001"))
    report = evaluate(model, shop, read.tasks, replace(read.evaluation, slices=False), Split.VALIDATION)
    assert found.trials[0].value == pytest.approx(report["tasks"]["next_item"]["ndcg@10"])


def test_a_judged_trial_keeps_its_weights_alone(recipe, tmp_path):
    tuning.tune(recipe(), tmp_path / "out", trials=1)
    run = tmp_path / "out/trials/001"
    [checkpoint] = (run / "checkpoints").iterdir()
    assert (checkpoint / "weights.safetensors").is_file()
    assert not (checkpoint / "training.safetensors").exists()
    assert not (run / "last.json").exists()


def test_a_killed_trial_goes_on_from_its_checkpoint(recipe, tmp_path):
    """Killed in trial 2 at step 3, it goes on after step 2 and ends as an undisturbed one."""
    whole = tuning.tune(recipe(), tmp_path / "whole", trials=3)
    with pytest.raises(KeyboardInterrupt):
        tuning.tune(recipe(), tmp_path / "killed", trials=3, watch=Told(dies_at=(2, 3)))
    watch = Told()
    found = tuning.tune(recipe(threads=1), tmp_path / "killed", trials=3, watch=watch)
    assert watch.starts == [(4, 2), (4, 0)]
    assert essence(found) == essence(whole)


def test_the_test_split_has_no_say(recipe, shop, tmp_path, monkeypatch):
    """Each user's last three items, which are test, are others: every value stays, and so does what was proposed."""
    before = tuning.tune(recipe(), tmp_path / "before", trials=3)
    items = shop.items.copy()
    is_test = np.arange(len(items)) % LENGTH >= LENGTH - shop.config.test_items
    items[is_test] = np.random.default_rng(0).permutation(items[is_test])
    assert (items != shop.items).any()
    monkeypatch.setattr(stages.Dataset, "load", lambda config: replace(shop, items=items))
    assert essence(tuning.tune(recipe(), tmp_path / "after", trials=3)) == essence(before)


def test_the_best_recipe_trains_as_it_is(recipe, tmp_path):
    found = tuning.tune(recipe(), str(tmp_path / "out"), trials=3)
    best = found.best()
    assert best is not None
    read = read_recipe(tmp_path / "out/best.toml")
    assert to_mapping(read) == to_mapping(with_changes(recipe(), best.values, ""))
    first = (tmp_path / "out/best.toml").read_text().splitlines()[0]
    assert first == f"# Trial {best.number} of 3 of a search: {NDCG} {best.value:.6g} on validation."
    assert (tmp_path / "out/trials.png").read_bytes().startswith(b"\x89PNG")
    lines = (tmp_path / "out/trials.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3]
    again = stages.train(read, tmp_path / "again")
    assert load_trained(again).recipe == load_trained(tmp_path / f"out/trials/{best.number:03d}").recipe


def test_by_the_loss_that_early_stopping_watches(recipe, tmp_path):
    """Relative to the first validation; the shop's order is drawn, so that nobody learns to rank it."""
    found = tuning.tune(recipe("loss"), tmp_path / "out", trials=2)
    best = found.best()
    assert best is not None
    assert found.is_lower_better
    assert best.value == min(trial.value for trial in found.trials if trial.value is not None)
    assert 0.2 < best.value < 5


def test_a_trial_that_breaks_is_told_and_the_search_goes_on(recipe, tmp_path, monkeypatch):
    """The second trial's loss is no number in its second step, and one such step is one too many."""
    note = Trainer._note

    def break_second(trainer, values):
        if trainer.job.out.name == "002" and trainer.step == 1:
            trainer.broken.most = 1
            values = {name: value * float("nan") for name, value in values.items()}
        note(trainer, values)

    monkeypatch.setattr(Trainer, "_note", break_second)
    watch = Told()
    found = tuning.tune(recipe(), tmp_path / "out", trials=3, watch=watch)
    assert [trial.state for trial in found.trials] == ["complete", "failed", "complete"]
    [line] = [line for line in watch.lines if "failed" in line]
    assert line == (
        "trial 2 of 3 failed: step 2: expected finite losses, found the loss of next_item not finite 1 times in a row. "
        "Lower training.learning_rate or look for broken rows in the data set; the last checkpoint is whole."
    )
    first, second = found.trials[0], found.trials[1]
    assert [line for line in watch.lines if line.startswith("trial")][:3] == [
        "trial 1 of 3: training.learning_rate 0.001, model.dropout 0.2, model.width 16",
        f"trial 1 of 3: {NDCG} {first.value:.4f}, 4 steps, {first.seconds:.0f} s (best so far)",
        f"trial 2 of 3: {tuning.in_words(second.values)}; best so far {first.value:.4f} (trial 1)",
    ]


def test_values_that_do_not_fit_each_other_fail_in_their_trial_alone(recipe, tmp_path):
    """A width must be a multiple of twice the heads: 20 is one with 2 heads, 16 with 2 and 4, 20 with 4 is not."""
    search = {"model.width": {"choices": [16, 20]}, "model.heads": {"choices": [2, 4]}}
    found = tuning.tune(recipe(search=search), tmp_path / "out", trials=8)
    bad = {"model.width": 20, "model.heads": 4}
    assert [trial.state == "failed" for trial in found.trials] == [trial.values == bad for trial in found.trials]
    assert any(trial.state == "failed" for trial in found.trials)


def test_when_all_fail(recipe, tmp_path, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise TrainingError("step 1: broken.")

    monkeypatch.setattr(stages, "train", fail)
    with pytest.raises(TrainingError) as caught:
        tuning.tune(recipe(), tmp_path / "out", trials=2)
    assert str(caught.value) == (
        f"{tmp_path / 'out'}: all 2 trials failed, the last one so: step 1: broken. "
        "Search elsewhere, into another --out."
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"seed": 1}, "training.seed must be 0 as when the search began, found 1."),
        ({"metric": "loss"}, "tune.metric must be 'next_item/ndcg@10' as when the search began, found 'loss'."),
        (
            {"search": SEARCH | {"model.dropout": {"low": 0.1, "high": 0.6}}},
            "tune.search.model.dropout.low must be 0.0 as when the search began, found 0.1.",
        ),
    ],
)
def test_a_search_goes_on_only_with_its_own_recipe(recipe, tmp_path, changes, line):
    tuning.tune(recipe(), tmp_path / "out", trials=1)
    with pytest.raises(RecipeError) as caught:
        tuning.tune(recipe(**changes), tmp_path / "out", trials=1)
    assert str(caught.value) == f"{tmp_path / 'out'}: to go on, {line} Search into another --out instead."


def test_a_run_is_no_place_for_a_search(recipe, tmp_path):
    run = stages.train(recipe(), tmp_path / "run")
    with pytest.raises(CheckpointError) as caught:
        tuning.tune(recipe(), run, trials=1)
    assert str(caught.value) == f"{run}: expected a folder for a search, found a run. Pass another --out."


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"metrik": "loss"}, "[tune] has no key 'metrik'; did you mean 'metric'?"),
        ({"metric": 3}, "[tune] metric must be a string, found 3."),
        ({"search": 3}, "[tune] search must be a table, found 3."),
        (
            {"search": {"training.learning_rat": {"low": 0.1, "high": 1}}},
            "[tune.search] has no key 'training.learning_rat' to search; did you mean 'training.learning_rate'?",
        ),
        (
            {"search": {"tasks.rating.weight": {"low": 0.1, "high": 1}}},
            "[tune.search] has no key 'tasks.rating.weight' to search; did you mean 'tasks.next_item.weight'?",
        ),
        (
            {"search": {"training.epochs": {"low": 1, "high": 9}}},
            "[tune.search] training.epochs cannot be searched: all trials share data, seed, budget and judgement.",
        ),
        (
            {"search": {"data.split": {"choices": ["a", "b"]}}},
            "[tune.search] data.split cannot be searched: all trials share data, seed, budget and judgement.",
        ),
        ({"search": {"model.width": 64}}, "[tune.search] model.width must be a table, found 64."),
        (
            {"search": {"model.width": {"low": 64, "hihg": 128}}},
            "[tune.search] model.width has no key 'hihg'; did you mean 'high'?",
        ),
        (
            {"search": {"model.width": {"low": 64}}},
            "[tune.search] model.width must have low and high, or choices, found low.",
        ),
        (
            {"search": {"model.width": {"low": 64, "high": 16}}},
            "[tune.search] model.width low must be less than high, found 64 and 16.",
        ),
        (
            {"search": {"model.dropout": {"low": 0, "high": 0.5, "log": True}}},
            "[tune.search] model.dropout low must be more than 0 where log = true, found 0.",
        ),
        (
            {"search": {"model.dropout": {"low": "a", "high": 0.5}}},
            "[tune.search] model.dropout low must be a number, found 'a'.",
        ),
        (
            {"search": {"model.width": {"choices": [16]}}},
            "[tune.search] model.width choices must be two or more different values, found [16].",
        ),
        (
            {"search": {"model.width": {"choices": "16"}}},
            "[tune.search] model.width choices must be an array of numbers, strings or booleans, found '16'.",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_told_when_read(table, line):
    with pytest.raises(RecipeError) as caught:
        from_mapping({"data": {"path": "d"}, "tasks": {"next_item": {}}, "tune": table}, "r.toml")
    assert str(caught.value) == f"r.toml: {line}"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"search": {}},
            "[tune.search] expected keys to search, found none. Name some in the recipe, such as "
            '"training.learning_rate" = { low = 3e-4, high = 3e-3, log = true }.',
        ),
        (
            {"search": {"model.layers": {"low": 0.5, "high": 2}}},
            "[tune.search] model.layers = 0.5: [model] layers must be a whole number, found 0.5.",
        ),
        (
            {"search": {"model.ids": {"choices": [True, "yes"]}}},
            "[tune.search] model.ids = 'yes': [model] ids must be true or false, found 'yes'.",
        ),
        (
            {"search": {"model.dropout": {"low": 0.1, "high": 1.5}}},
            "[tune.search] model.dropout = 1.5: [model] model.dropout must lie between 0 and below 1, found 1.5.",
        ),
        (
            {"search": {"training.learning_rate": {"low": 0.01, "high": 0.1}}},
            "[tune.search] training.learning_rate must be between 0.01 and 0.1, as must the recipe's own value, which "
            "the first trial takes; found 0.001. Widen the search or change the recipe.",
        ),
        (
            {"search": {"model.width": {"choices": [32, 64]}}},
            "[tune.search] model.width must be one of 32, 64, as must the recipe's own value, which the first trial "
            "takes; found 16. Widen the search or change the recipe.",
        ),
        (
            {"metric": "rating/rmse"},
            "[tune] metric must be 'loss' or TASK/METRIC of a task of the recipe, found 'rating/rmse'; "
            "known are loss, next_item/ndcg@10, next_item/hr@10, next_item/mrr@10.",
        ),
        (
            {"metric": "next_item/ndgc@10"},
            "metrics: expected a known metric, found 'ndgc@10'. Did you mean 'ndcg@10'?",
        ),
        (
            {"metric": "next_item/rmse"},
            "task 'next_item': metric 'rmse' reads scored, but this task's targets give places. Name another metric "
            "in the task's `metrics`.",
        ),
    ],
)
def test_what_does_not_fit_is_told_before_anything_trains(recipe, tmp_path, changes, line):
    with pytest.raises(RecipeError) as caught:
        tuning.tune(recipe(**changes), tmp_path / "out", trials=1)
    assert str(caught.value) == line
    assert not (tmp_path / "out").exists()


def test_no_trials(recipe, tmp_path):
    with pytest.raises(RecipeError) as caught:
        tuning.tune(recipe(), tmp_path / "out", trials=0)
    assert str(caught.value) == "the number of trials must be at least 1, found 0."


def test_a_split_without_examples(recipe, shop):
    task = recipe().tasks["next_item"]
    empty = replace(task, name="none")
    object.__setattr__(empty, "examples", lambda dataset, split: iter(()))
    with pytest.raises(DataError) as caught:
        OneMetric.of(empty, "ndcg@10", shop, Split.VALIDATION, recipe().evaluation)
    assert str(caught.value) == (
        "shop: expected examples of none in validation, found none. Hold out more items: raise data.validation_items."
    )


def test_keys_in_quotes_as_tables_and_by_set_are_the_same(tmp_path):
    head = '[data]\npath = "d"\n[tasks.next_item]\n'
    quoted = (
        head + '[tune.search]\n"model.dropout" = { low = 0.1, high = 0.4 }\n"model.width" = { choices = [64, 128] }\n'
    )
    nested = head + "[tune.search.model]\ndropout = { low = 0.1, high = 0.4 }\nwidth = { choices = [64, 128] }\n"
    for name, text in (("quoted", quoted), ("nested", nested)):
        (tmp_path / name).write_text(text)
        assert read_recipe(tmp_path / name, ["tune.search.model.dropout.high=0.6"]).tune.search == {
            "model.dropout": Range(0.1, 0.6),
            "model.width": Choices((64, 128)),
        }
        assert tomllib.loads(text)
    assert "tune" not in to_mapping(read_recipe(tmp_path / "quoted"))


def test_the_api_has_it():
    assert tastemaker.tune is tuning.tune
