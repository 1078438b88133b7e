from typing import Any

import pytest

from benchmarks.sparsity_table import HEAD, change_of, head_and_rows


def gap(relative: float, low: float, high: float) -> dict[str, float]:
    return {
        **{"value": 0.0, "low": 0.0, "high": 0.0},
        **{"relative": relative, "relative_low": low, "relative_high": high},
    }


def pooled(share: float) -> dict[str, Any]:
    ndcg, rmse = "next_item/ndcg@10", "rating/rmse"
    values = {ndcg: 0.2, rmse: 0.95, f"last_1/{ndcg}": 0.1}
    return {
        "metrics": values,
        "baselines": {"alone": {ndcg: 0.19, rmse: 0.97, f"last_1/{ndcg}": 0.08}},
        "differences": {
            "alone": {
                ndcg: gap(0.05, 0.01, 0.09),
                rmse: gap(-0.02, -0.03, 0.01),
                f"last_1/{ndcg}": gap(0.25, 0.2, 0.3),
            }
        },
        "details": {"share": share},
    }


def test_shares_rise_and_errors_are_turned_round() -> None:
    head, rows = head_and_rows([pooled(1.0), pooled(0.1)])
    assert head == HEAD
    assert [row[:2] for row in rows] == [
        ("10 %", "next_item"),
        ("10 %", "rating"),
        ("100 %", "next_item"),
        ("100 %", "rating"),
    ]
    assert rows[0] == (
        *("10 %", "next_item", "ndcg@10", "0.1900", "0.2000", "+5.0 %", "[+1.0, +9.0] %"),
        *("+25.0 [+20.0, +30.0]", "", "", "", ""),
    )
    assert rows[1][2:7] == ("rmse (lower is better)", "0.9700", "0.9500", "+2.0 %", "[-1.0, +3.0] %")


def test_a_slice_may_be_judged_by_a_metric_of_its_own() -> None:
    found, name = pooled(1.0), "new_items/next_item/recall@50"
    found["metrics"][name] = 0.3
    found["differences"]["alone"][name] = gap(0.5, 0.4, 0.6)
    ranking, ratings = head_and_rows([found])[1]
    assert dict(zip(HEAD, ranking, strict=True))["new_items"] == "+50.0 [+40.0, +60.0]"
    assert dict(zip(HEAD, ratings, strict=True))["new_items"] == ""


def test_a_share_of_nothing_is_not_told() -> None:
    found = pooled(1.0)
    found["differences"]["alone"]["next_item/ndcg@10"] |= dict.fromkeys(("relative", "relative_low", "relative_high"))
    assert head_and_rows([found])[1][0][5:7] == ("", "")


def test_a_slice_that_nobody_is_in_has_no_change() -> None:
    assert change_of(pooled(1.0), "new_users/rating/rmse") is None
    assert change_of(pooled(1.0), "rating/rmse") == pytest.approx((2.0, -1.0, 3.0))
