"""The command shows what the stage found, and passes on what it was asked."""

import json
import sys
from types import ModuleType
from typing import Any

import pytest

from tastemaker.data.split import Split
from tests.evaluation.test_compare_report import COMPARISON, UNKNOWN, part


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What stands for `tastemaker.cli.comparing`: notes what it is asked, and finds `found`."""
    told: dict[str, Any] = {"found": COMPARISON}

    def compare(joint: object, singles: list[object], **options: Any) -> dict[str, Any]:
        options.pop("say")("next_item: ndcg@10")
        told["asked"] = (str(joint), [str(single) for single in singles], options)
        return told["found"]  # type: ignore[no-any-return]

    module = ModuleType("tastemaker.cli.comparing")
    module.compare = compare  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tastemaker.cli.comparing", module)
    return told


def test_tables_show_every_task_slice_and_cost(run, stage) -> None:
    result = run("compare", "runs/j", "runs/a", "runs/b", "--split", "validation", "--metric", "rating=mae", "--full")
    assert stage["asked"] == (
        "runs/j",
        ["runs/a", "runs/b"],
        {"split": Split.VALIDATION, "out": None, "full": True, "metrics": {"rating": "mae"}},
    )
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["next_item", "ndcg@10", "0.2000", "0.2100", "+5.0", "%", "[+2.0,", "+8.0]", "better"] in lines
    assert ["rating", "rmse", "0.2000", "0.2100", "-1.0", "%", "[-2.0,", "-0.5]", "worse"] in lines
    assert ["next_item", "last_1", "ndcg@10", "+20.0", "%", "[+10.0,", "+30.0]", "better"] in lines
    assert ["new_items", "recall@50", "+900.0", "%", "[-300.0,", "+2000.0]", "unclear"] in lines
    assert ["rating", "last_1", "rmse", "+0.0", "%", "[-1.0,", "+1.0]", "unclear"] in lines
    assert ["last_1", "+2.0", "%", "[+1.0,", "+3.0]", "1", "of", "2", "1"] in lines
    assert ["sum", "of", "singles", "75", "80", "150,000"] in lines
    assert ["joint", "/", "sum", "80", "%", "50", "%", "60", "%"] in lines
    assert ["next_item", "90,000", "100,000", "90", "%", "77", "77"] in lines
    assert ["rating", "90,000", "50,000", "180", "%", "77", "77"] in lines
    assert (
        "Mean change (delta-m) +2.0 % [+1.0, +3.0]; 1 of 2 tasks better beyond their interval, 1 worse."
        in result.stdout
    )
    assert "Not compared, having no run of their own or no example: dialogue." in result.stdout
    assert "Charts: runs/j/compare.html" in result.stdout
    assert result.stderr == "next_item: ndcg@10\n"


def test_unknown_costs_are_said_to_be_unknown(run, stage) -> None:
    stage["found"] = UNKNOWN
    lines = [line.split() for line in run("compare", "runs/j", "runs/a", "--out", "x").stdout.splitlines()]
    assert ["joint", "unknown", "40", "unknown"] in lines
    assert ["runs/a", "50", "40", "100,000"] in lines
    assert ["What", "each", "task", "was", "shown"] not in lines
    assert ["joint", "/", "sum", "unknown", "unknown", "unknown"] in lines
    assert ["Charts:", "x/compare.html"] in lines


def test_where_alone_is_nothing_the_difference_is_shown(run, stage) -> None:
    nothing = {**COMPARISON["tasks"]["next_item"], "change": None, "low": None, "high": None}
    unknown = {"value": None, "low": None, "high": None}
    stage["found"] = {**COMPARISON, "slices": {"new_items": part(next_item=nothing) | {"delta_m": unknown}}}
    lines = [line.split() for line in run("compare", "runs/j", "runs/a").stdout.splitlines()]
    assert ["next_item", "new_items", "ndcg@10", "+0.0100", "in", "all", "[+0.0000,", "+0.0200]", "better"] in lines
    assert ["new_items", "–", "1", "of", "1", "1"] in lines


def test_json_is_the_result_alone(run, stage) -> None:
    assert json.loads(run("compare", "runs/j", "runs/a", "--json").stdout) == COMPARISON


def test_one_task_has_no_mean(run, stage) -> None:
    task = {**COMPARISON["tasks"]["next_item"], "low": None, "high": None, "verdict": "not known"}
    stage["found"] = {**COMPARISON, "tasks": {"next_item": task}, "slices": {}, "not_compared": []}
    out = run("compare", "runs/j", "runs/a").stdout
    assert "delta-m" not in out
    assert "1 of 1 tasks better" in out
    assert "Where little is known" not in out
    assert "not known" in out


def test_a_metric_needs_its_task(run, stage) -> None:
    result = run("compare", "runs/j", "runs/a", "--metric", "mae")
    assert result.exit_code == 2
    assert "--metric: expected TASK=METRIC, such as like=f1, found 'mae'." in " ".join(result.stderr.split())


def test_it_needs_a_single(run, stage) -> None:
    assert run("compare", "runs/j").exit_code == 2
