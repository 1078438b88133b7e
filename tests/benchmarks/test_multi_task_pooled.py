"""Gains over two seeds, with the arithmetic visible, and those that cannot be told as shares."""

import json
from typing import Any

import numpy as np
import pytest

from benchmarks.multi_task_pooled import pooled_gains, sign_of
from benchmarks.multi_task_table import gains, summary


def told(metric: str, joint: float, alone: float) -> dict[str, Any]:
    """As `compare.json` has it."""
    sign = -1 if metric == "rmse" else 1
    change = sign * (joint - alone) / alone if alone else None
    gap = {"value": sign * (joint - alone), "low": None, "high": None}
    return {"metric": metric, "joint": joint, "alone": alone, "change": change, "difference": gap}


def units(name: str, joint: float, alone: float) -> dict[str, Any]:
    """Three users with the same figure each."""
    values = {"joint": joint, "alone": alone}
    return {f"{side}/all/{name}": np.array([[it, 1, user] for user in range(3)]) for side, it in values.items()}


def test_a_mean_over_seeds_is_compared_with_a_mean_over_seeds() -> None:
    name = "next_item/ndcg@10"
    found = pooled_gains(
        [units(name, 0.3, 0.2), units(name, 0.5, 0.3)],
        [{"next_item": told("ndcg@10", 0.3, 0.2)}, {"next_item": told("ndcg@10", 0.5, 0.3)}],
    )
    gain = found["gains"][name]
    assert gain["change"] == gain["low"] == gain["high"] == pytest.approx(0.6), "(.4 - .25) / .25"
    assert gain["by_seed"] == pytest.approx([0.5, 2 / 3])
    assert gain["difference"]["value"] == pytest.approx(0.15)
    assert found["joint"] == {name: pytest.approx(0.4)}
    assert (found["better"], found["worse"]) == (1, 0)


def test_where_a_task_alone_reaches_nothing_the_plain_difference_decides() -> None:
    name = "dialogue/recall@10_novel"
    tasks = {"dialogue": told("recall@10_novel", 0.1, 0.0), "sentiment": told("macro_f1", 0.4, 0.5)}
    found = pooled_gains([units(name, 0.1, 0.0)], [tasks])
    gain = found["gains"][name]
    assert (gain["change"], gain["low"], gain["high"], gain["by_seed"]) == (None, None, None, [None])
    assert gain["difference"] == {key: pytest.approx(0.1) for key in ("value", "low", "high")}
    other = found["gains"]["sentiment/macro_f1"]
    assert other["change"] == pytest.approx(-0.2)
    assert (other["low"], other["difference"]["low"]) == (None, None), "its units are not kept, so nothing is drawn"
    assert found["delta_m"] == {"value": pytest.approx(-0.2), "low": None, "high": None}
    assert (found["better"], found["worse"]) == (1, 0)
    cost = dict.fromkeys(("ratio_of_seconds", "ratio_of_positions"))
    result = {"metrics": found["joint"], "baselines": {"alone": found["alone"]}, "details": found | {"cost": cost}}
    json.dumps(result, allow_nan=False)
    _, rows = gains(result)
    assert [tuple(row[4:]) for row in rows] == [("+0.1000", "[+0.1000, +0.1000]", "unknown"), ("-20.0 %", "", "-20.0")]
    assert summary(result) == "delta-m -20.0 %; 1 of 2 tasks better beyond their interval, 0 worse.\n"


@pytest.mark.parametrize(("low", "high", "sign"), [(0.1, 0.2, 1), (-0.2, -0.1, -1), (-0.1, 0.1, 0), (None, None, 0)])
def test_what_an_interval_says(low: float | None, high: float | None, sign: int) -> None:
    """Of the plain difference, whatever the share's may be."""
    assert sign_of({"low": 0.3, "high": 0.4, "difference": {"low": low, "high": high}}) == sign
