from dataclasses import replace

import numpy as np
import pytest

from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.evaluation.answers import Contestant
from tastemaker.evaluation.compare import (
    LIKELIHOOD,
    RECOMMENDING,
    WHOLE,
    Compared,
    Sides,
    compare_sides,
    report,
    verdict,
)
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.figures import Figure
from tastemaker.evaluation.judge import Judge
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.description import Description
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.like import Like
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.rating import Rating

CONFIG = EvaluationConfig(draws=100, text_sample=4)
TASKS = {task.name: task for task in (NextItem(), Rating(), Like())}


class Other:
    """Ranks as `ranker` does where a history is long, by catalog order after one or two entries; rates `rating`."""

    def __init__(self, ranker, rating: float, forgets: bool = True) -> None:
        self.ranker, self.rating, self.forgets = ranker, rating, forgets

    def item_scores(self, examples):
        scores = np.array(self.ranker.item_scores(examples))
        for row, example in enumerate(examples):
            if self.forgets and len(example.context[0].entries) < 3:
                scores[row] = -np.arange(scores.shape[1])
        return scores

    def values(self, examples):
        return [np.full(len(it.target.items), self.rating if it.target.kind == "rating" else 0.8) for it in examples]


class Silent:
    """Ranks as `ranker` does, and never recommends."""

    def __init__(self, ranker) -> None:
        self.item_scores = ranker.item_scores

    def replies(self, examples):
        return [WrittenReply("What do you like?", None, "") for _ in examples]


@pytest.fixture
def judge(dataset):
    return Judge.of(dataset, Split.TEST, CONFIG)


def single(answers, *tasks: str) -> Contestant:
    return Contestant(answers, frozenset(tasks))


@pytest.fixture
def sides(predictor):
    other = Other(predictor, rating=1.0)
    return Sides(predictor, TASKS, {"a": single(other, "next_item"), "b": single(other, "rating", "like", "summary")})


def test_each_task_is_compared_with_the_run_that_has_it(sides, judge):
    assert sides.alone == {"next_item": "a", "rating": "b", "like": "b"}
    told = report(compare_sides(sides, judge), sides, CONFIG)
    assert {task: found["single"] for task, found in told["tasks"].items()} == sides.alone
    assert {task: found["metric"] for task, found in told["tasks"].items()} == {
        "next_item": "ndcg@10",
        "rating": "rmse",
        "like": "accuracy",
    }
    assert told["not_compared"] == []


def test_lower_errors_are_gains_and_what_is_alike_is_none(sides, judge, dataset):
    told = report(compare_sides(sides, judge), sides, CONFIG)
    true = np.array([e.rating for user in range(12) for e in dataset.held_out(user, Split.TEST)])
    ours, theirs = (np.mean((said - true) ** 2) ** 0.5 for said in (3.5, 1.0))
    rating = told["tasks"]["rating"]
    assert (rating["joint"], rating["alone"]) == pytest.approx((ours, theirs))
    assert rating["is_lower_better"]
    assert rating["change"] == pytest.approx((theirs - ours) / theirs)
    assert 0 < rating["low"] < rating["change"] < rating["high"]
    assert [told["tasks"]["like"][key] for key in ("change", "low", "high")] == [0.0, 0.0, 0.0]
    assert rating["difference"]["value"] == pytest.approx(theirs - ours)
    assert 0 < rating["difference"]["low"] < rating["difference"]["value"] < rating["difference"]["high"]
    assert {task: it["verdict"] for task, it in told["tasks"].items()} == {
        "next_item": "unclear",
        "rating": "better",
        "like": "unclear",
    }
    assert (told["better"], told["worse"]) == (1, 0)
    assert told["delta_m"]["value"] == pytest.approx(np.mean([it["change"] for it in told["tasks"].values()]))
    assert told["delta_m"]["low"] < told["delta_m"]["value"] < told["delta_m"]["high"]
    assert rating["users"] == 12
    assert rating["units"] == 24


def test_the_other_way_round_it_is_a_loss(sides, judge, predictor):
    turned = replace(sides, joint=Other(predictor, 1.0), singles={"all": single(predictor, *TASKS)})
    told = report(compare_sides(turned, judge), turned, CONFIG)
    assert told["tasks"]["rating"]["high"] < 0
    assert (told["better"], told["worse"]) == (0, 1)


def test_slices_tell_where_joint_training_helps(sides, judge):
    """The single ranks as well after whole histories, and knows nothing after one entry; after three it does."""
    told = report(compare_sides(sides, judge), sides, CONFIG)
    assert told["tasks"]["next_item"]["change"] == 0
    lengths = {f"last_{n}" for n in (1, 3, 5, 10)}
    assert lengths | {"new_items", "long_tail"} == told["slices"].keys()
    for name in lengths:
        part = told["slices"][name]
        assert part["tasks"].keys() == TASKS.keys()
        assert (part["tasks"]["next_item"]["change"] > 0) == (name == "last_1")
        assert part["tasks"]["rating"] == told["tasks"]["rating"]
    assert told["slices"]["last_1"]["tasks"]["next_item"]["low"] > 0
    assert told["slices"]["last_1"]["better"] == 2
    assert 0 < told["slices"]["long_tail"]["tasks"]["rating"]["units"] < 24


def test_a_task_may_be_judged_by_another_metric(sides, judge):
    found = compare_sides(replace(sides, metrics={"rating": "mae"}), judge)
    assert {name: by_task["rating"].metric for name, by_task in found.items() if "rating" in by_task} == dict.fromkeys(
        found, "mae"
    )


def test_replies_are_compared_by_their_items_their_words_and_when_they_recommend(dataset, predictor, judge):
    tasks = {**TASKS, "dialogue": Dialogue()}
    sides = Sides(predictor, tasks, {"d": single(Silent(predictor), "dialogue")}, {"dialogue": "recall@10"})
    found = compare_sides(sides, judge)
    assert found.keys() == {WHOLE, RECOMMENDING}  # who is silent says nothing of words
    recommending = found[RECOMMENDING]["dialogue"]
    assert recommending.metric == "recommends_f1"
    assert recommending.joint.value > recommending.alone.value == 0
    told = report(found, sides, CONFIG)
    assert told["tasks"]["dialogue"]["change"] == 0
    assert told["not_compared"] == list(TASKS)


def test_a_metric_that_says_nothing_of_a_task_is_refused(predictor, judge):
    """Simulated dialogues recommend what is new alone, so that none of theirs is judged by it apart."""
    tasks = {**TASKS, "dialogue": Dialogue()}
    sides = Sides(predictor, tasks, {"d": single(predictor, "dialogue")}, {"dialogue": "recall@10_novel"})
    with pytest.raises(RecipeError, match=r"dialogue: expected a metric that both .* found recall@10_novel. Name "):
        compare_sides(sides, judge)


def test_texts_have_no_slices_but_how_likely_they_are(predictor, judge):
    tasks = {**TASKS, "description": Description()}
    sides = Sides(predictor, tasks, {"d": single(predictor, "description")})
    found = compare_sides(sides, judge)
    assert found.keys() == {WHOLE, LIKELIHOOD}
    assert found[WHOLE]["description"].metric == "rougeL"
    likelihood = found[LIKELIHOOD]["description"]
    assert likelihood.metric == "bits_per_character"
    assert likelihood.joint.value == likelihood.alone.value == 2


def test_texts_are_likely_or_not_without_being_written(predictor, judge, monkeypatch):
    monkeypatch.setattr(type(predictor), "replies", lambda self, examples: pytest.fail("wrote"))
    tasks = {**TASKS, "description": Description()}
    metrics = {"description": "bits_per_character"}
    found = compare_sides(Sides(predictor, tasks, {"d": single(predictor, "description")}, metrics), judge)
    assert found.keys() == {WHOLE}, "not told twice"


def test_a_figure_without_units_has_no_interval(sides):
    told = report({WHOLE: {"rating": Compared("rmse", Figure(0.9), Figure(1.0))}}, sides, CONFIG)
    rating = told["tasks"]["rating"]
    assert rating["change"] == pytest.approx(0.1)
    assert (rating["low"], rating["high"]) == (None, None)
    assert told["delta_m"] == {"value": pytest.approx(0.1), "low": None, "high": None}
    assert (told["better"], told["worse"], told["not_compared"]) == (0, 0, ["next_item", "like"])


@pytest.mark.parametrize(
    ("relative", "plain", "says"),
    [
        ((0.1, 0.2), (0.1, 0.2), "better"),
        ((-0.2, -0.1), (-0.2, -0.1), "worse"),
        ((-1.0, -1.0), (-0.1, 0.0), "unclear"),
        ((float("nan"), float("nan")), (0.1, 0.2), "better"),
        ((None, None), (None, None), "not known"),
    ],
)
def test_an_interval_says_whether_it_is_a_gain(relative, plain, says):
    """The plain difference says it: of draws in which alone is 0 there is no share, and the rest are no fair draw."""
    told = dict(zip(("low", "high"), relative, strict=True))
    assert verdict(told | {"difference": dict(zip(("low", "high"), plain, strict=True))}) == says


def test_what_is_measured_is_said(sides, judge):
    said = []
    compare_sides(sides, judge, said.append)
    assert said[:2] == ["next_item: ndcg@10", "next_item: slice last_1"]


@pytest.mark.parametrize(
    ("singles", "metrics", "message"),
    [
        (
            {"runs/s": ("summary",)},
            {},
            "runs/s: expected a run trained on some of next_item, rating, like, as the joint run is, found one trained "
            "on summary. Leave it out, or compare another.",
        ),
        (
            {"a": ("next_item", "like"), "b": ("like",)},
            {},
            "like: expected one run to compare with, found a, b. Give one.",
        ),
        (
            {"a": ("next_item", "like")},
            {"rating": "mae"},
            "rating: expected a task of both sides, one of like, next_item.",
        ),
        (
            {"a": ("rating",)},
            {"rating": "f2"},
            "metrics: expected a known metric, found 'f2'. Did you mean 'f1'?",
        ),
        (
            {"a": ("next_item",)},
            {"next_item": "rmse"},
            "task 'next_item': metric 'rmse' reads scored, but this task's targets give places. Name another metric in "
            "the task's `metrics`.",
        ),
    ],
)
def test_what_cannot_be_compared_is_named(judge, predictor, singles, metrics, message):
    sides = Sides(predictor, TASKS, {name: single(predictor, *tasks) for name, tasks in singles.items()}, metrics)
    with pytest.raises(RecipeError) as caught:
        compare_sides(sides, judge)
    assert str(caught.value) == message
