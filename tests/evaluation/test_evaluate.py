import json
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.evaluation.answers import Contestant
from tastemaker.evaluation.baselines import BASELINES
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.evaluate import Beside, evaluate
from tastemaker.tasks import TASKS
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.rating import Rating

CONFIG = EvaluationConfig(draws=50, text_sample=8)
ALL = {name: task() for name, task in TASKS.items()}


@pytest.fixture
def result(dataset, predictor):
    vectors = np.random.default_rng(0).normal(size=(len(dataset.catalog), 4))
    against = {"runs/other": Contestant(predictor, frozenset({"next_item"}))}
    return evaluate(predictor, dataset, ALL, CONFIG, Split.TEST, Beside("runs/toy", against, vectors))


def test_gives_every_task_and_baseline_in_the_promised_form(result):
    assert (result["run"], result["split"]) == ("runs/toy", "test")
    assert set(result["tasks"]) == set(TASKS)
    elsewhere = {name for name, baseline in BASELINES.items() if baseline.kinds == {"turn"}}
    told = {"most_frequent_reason", "typical_reason"}  # the shop's reviews give no reasons
    assert set(result["baselines"]) == {*BASELINES, "runs/other"} - elsewhere - told
    for task, figures in result["tasks"].items():
        assert next(iter(figures)) == ALL[task].metrics[0], "the task's own headline comes first"
        for value in figures.values():
            assert value is None or isinstance(value, float)
    assert set(result["baselines"]["runs/other"]) == {"next_item"}
    json.dumps(result, allow_nan=False)


def test_a_walker_is_judged_perfect_on_walks(result):
    """Each user's last two entries follow the one before them, so both targets lead the list."""
    figures = result["tasks"]["next_item"]
    assert {figures[f"{name}@{k}"] for name in ("ndcg", "hr", "mrr") for k in (5, 10, 20)} == {1.0}
    assert figures["ndcg@10_pessimistic"] == 1.0
    assert result["intervals"]["next_item"]["ndcg@10"] == [1.0, 1.0]
    assert result["baselines"]["popularity"]["next_item"]["ndcg@10"] < 0.7
    difference = result["differences"]["popularity"]["next_item"]["ndcg@10"]
    assert 0 < difference["low"] < difference["value"] < difference["high"]


def test_scores_every_rating_and_like(dataset, result):
    true = [e.rating for user in range(12) for e in dataset.held_out(user, Split.TEST)]
    assert result["tasks"]["rating"]["rmse"] == pytest.approx(np.mean([(3.5 - r) ** 2 for r in true]) ** 0.5)
    assert result["tasks"]["like"]["accuracy"] == pytest.approx(np.mean([r >= 4 for r in true]))
    assert result["sizes"]["rating"] == {"examples": 12, "users": 12, "targets": 24}


def test_texts_are_judged_on_the_sample_and_marked_simulated(result):
    assert result["simulated"] == ["explanation", "dialogue", "question_answering"]
    assert result["sizes"]["explanation"]["texts"] == 8
    assert result["tasks"]["explanation"]["grounding"] == 1.0
    assert result["tasks"]["explanation"]["facts_per_reason"] == 1.0
    assert result["tasks"]["dialogue"]["grounding"] < 1.0, "not everything is a comedy"
    assert result["baselines"]["template"]["explanation"]["grounding"] == 1.0
    written = {"explanation", "dialogue", "summary", "description", "title", "question_answering"}
    assert {sample["task"] for sample in result["samples"]} == written


def test_slices_name_model_popularity_and_rivals(result):
    names = {
        "all",
        "last_1",
        "last_3",
        "last_5",
        "last_10",
        "no_history",
        "noisy",
        "long_tail",
        "new_items",
        "typos",
    }
    assert set(result["slices"]) == names
    assert set(result["slices"]["last_1"]) == {"model", "popularity", "runs/other"}
    assert set(result["slices"]["last_1"]["model"]["next_item"]) == {"ndcg@10", "hr@10", "recall@50"}
    assert result["slices"]["all"]["model"]["next_item"]["ndcg@10"] == 1.0
    assert result["slices"]["last_1"]["model"]["next_item"]["ndcg@10"] == 1.0
    assert result["slices"]["no_history"]["model"]["next_item"]["ndcg@10"] < 1.0
    assert set(result["slices"]["last_1"]["model"]["rating"]) == {"rmse"}
    assert set(result["slices"]["last_1"]["model"]["like"]) == {"accuracy", "f1"}
    assert set(result["slices"]["typos"]["model"]["dialogue"]) == {"recall@10"}


def test_two_evaluations_are_equal(dataset, predictor, result):
    vectors = np.random.default_rng(0).normal(size=(len(dataset.catalog), 4))
    against = {"runs/other": Contestant(predictor, frozenset({"next_item"}))}
    assert evaluate(predictor, dataset, ALL, CONFIG, Split.TEST, Beside("runs/toy", against, vectors)) == result


def test_all_texts_are_taken_without_a_sample(dataset, predictor):
    config = replace(CONFIG, text_sample=None, slices=False)
    result = evaluate(predictor, dataset, {"explanation": ALL["explanation"]}, config)
    assert result["sizes"]["explanation"]["texts"] == result["sizes"]["explanation"]["examples"] > 8
    assert result["slices"] == {}


@dataclass(frozen=True)
class Upside:
    """A task that no line of the evaluation knows."""

    name: str = "upside"
    weight: float = 1.0
    metrics: tuple[str, ...] = ("recall@50",)

    def examples(self, dataset, split, epoch=0):
        return NextItem().examples(dataset, split, epoch)


def test_a_new_task_is_judged_by_its_targets_alone(dataset, predictor):
    result = evaluate(predictor, dataset, {"upside": Upside()}, CONFIG)
    assert list(result["tasks"]["upside"])[:2] == ["recall@50", "ndcg@5"]
    assert "upside" in result["baselines"]["cooccurrence_last_1"]
    assert "upside" in result["slices"]["last_1"]["model"]


def test_a_metric_that_does_not_fit_the_targets_is_refused(dataset, predictor):
    with pytest.raises(RecipeError) as error:
        evaluate(predictor, dataset, {"rating": Rating(metrics=("ndcg@10",))}, CONFIG)
    assert str(error.value) == (
        "task 'rating': metric 'ndcg@10' reads places, but this task's targets give scored. "
        "Name another metric in the task's `metrics`."
    )


def test_says_what_it_measures(dataset, predictor):
    lines = []
    evaluate(predictor, dataset, {"rating": Rating()}, replace(CONFIG, slices=False), beside=Beside(say=lines.append))
    assert lines == ["rating: model", "rating: bias_model", "rating: matrix_factorisation"]


def test_reasons_that_users_told_are_not_simulated_and_stand_beside_others_that_they_told(dataset, predictor):
    said = dataset.review_columns.collect()["review"].to_list()
    reviews = [f"It has a great plot and more of it, {text}." if "Great" in text else text for text in said]
    told = replace(dataset, review_columns=pl.LazyFrame({"review": reviews}))
    result = evaluate(predictor, told, {"explanation": TASKS["explanation"]()}, CONFIG, Split.TEST)
    assert result["simulated"] == []
    assert set(result["baselines"]) == {"template", "most_frequent_reason", "typical_reason"}
    assert result["baselines"]["typical_reason"]["explanation"]["rouge1"] > 0.5
