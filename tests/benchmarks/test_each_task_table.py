from typing import Any

from benchmarks.each_task_table import HEAD, head_and_rows


def result(model: str, seed: int, rmse: float, other: float = 1.0) -> dict[str, Any]:
    gap = {"value": rmse - other, "low": rmse - other - 0.1, "high": rmse - other + 0.1}
    return {
        "model": model,
        "seed": seed,
        "metrics": {"rating/rmse": rmse, "rating/mae": 0.5},
        "baselines": {"bias_model": {"rating/rmse": other, "rating/mae": 0.6}},
        "differences": {"bias_model": {"rating/rmse": gap, "rating/mae": gap}, "popularity": {}},
    }


def test_figures_are_means_over_seeds_and_intervals_those_of_each() -> None:
    found = [result("rating", 0, 0.8), result("rating", 1, 0.9), result("joint", 0, 1.1)]
    head, rows = head_and_rows(found)
    assert head == HEAD
    gaps = "-0.2000 [-0.3000, -0.1000]; -0.1000 [-0.2000, +0.0000]"
    assert [tuple(row) for row in rows] == [("rating", "rmse", "1.1000", "0.8500", "bias_model", "1.0000", gaps)]


def test_a_task_that_was_only_trained_with_the_others_says_so() -> None:
    _, [row] = head_and_rows([result("joint", 0, 1.1)])
    assert list(row[2:]) == ["1.1000", "", "bias_model", "1.0000", "+0.1000 [+0.0000, +0.2000] (of joint)"]


def test_dialogues_are_judged_by_what_is_novel() -> None:
    gap = {"value": 0.1, "low": 0.0, "high": 0.2}
    of = {"dialogue/recall@10": 0.3, "dialogue/recall@10_novel": 0.2}
    found = {
        **{"model": "dialogue", "metrics": of, "baselines": {"mention_popularity": of}},
        "differences": {"mention_popularity": dict.fromkeys(of, gap)},
    }
    _, [row] = head_and_rows([found])
    assert row[1] == "recall@10_novel"
