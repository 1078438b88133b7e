import json
import re
from typing import Any

import pytest

from tastemaker.evaluation.compare_charts import Change, cost_chart, gain_chart
from tastemaker.evaluation.compare_report import render_comparison, write_comparison
from tastemaker.evaluation.pages import percent
from tastemaker.evaluation.report import render_report
from tests.evaluation.test_report import RESULT


def found(change: float | None, low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    plain = {"single": "runs/a", "metric": "ndcg@10", "is_lower_better": False, "joint": 0.21, "alone": 0.2}
    told = {"difference": {"value": 0.01, "low": 0.0, "high": 0.02}, "users": 1234, "units": 1234, "verdict": "unclear"}
    return {**plain, "change": change, "low": low, "high": high, **told, **more}


def part(**tasks: dict[str, Any]) -> dict[str, Any]:
    return {"tasks": tasks, "delta_m": {"value": 0.02, "low": 0.01, "high": 0.03}, "better": 1, "worse": 1}


def spent(seconds: float | None, positions: int | None) -> dict[str, Any]:
    return {"seconds": seconds, "processor_seconds": 40.0, "positions": positions}


def seen(joint: int, alone: int) -> dict[str, Any]:
    return {name: {"positions": count, "targets": 77} for name, count in (("joint", joint), ("alone", alone))}


COMPARISON: dict[str, Any] = {
    "joint": "runs/<joint>",
    "singles": {"runs/a": ["next_item"], "runs/b": ["rating"]},
    "split": "test",
    **part(
        next_item=found(0.05, 0.02, 0.08, verdict="better"),
        rating=found(-0.01, -0.02, -0.005, single="runs/b", metric="rmse", is_lower_better=True, verdict="worse"),
    ),
    "slices": {
        "last_1": part(
            next_item=found(0.2, 0.1, 0.3, verdict="better"),
            rating=found(0.0, -0.01, 0.01, single="runs/b", metric="rmse"),
        ),
        "new_items": part(next_item=found(9.0, -3.0, 20.0, users=7, metric="recall@50")),
    },
    "not_compared": ["dialogue"],
    "cost": {
        "joint": spent(60.0, 90_000),
        "singles": {"runs/a": spent(50.0, 100_000), "runs/b": spent(25.0, 50_000)},
        "sum": {"seconds": 75.0, "processor_seconds": 80.0, "positions": 150_000},
        "ratio": {"seconds": 0.8, "processor_seconds": 0.5, "positions": 0.6},
        "tasks": {"next_item": seen(90_000, 100_000), "rating": seen(90_000, 50_000)},
    },
}
UNKNOWN: dict[str, Any] = {
    **COMPARISON,
    "cost": {
        "joint": spent(None, None),
        "singles": {"runs/a": spent(50.0, 100_000), "runs/b": spent(None, None)},
        "sum": {"seconds": None, "processor_seconds": None, "positions": None},
        "ratio": {"seconds": None, "processor_seconds": None, "positions": None},
        "tasks": {},
    },
}


def test_the_page_shows_charts_first_and_needs_nothing_else() -> None:
    page = render_comparison(COMPARISON)
    assert page.count("<svg") == 1 + 2 + 3, "tasks, slices of each task, positions, seconds and processor"
    assert page.index("<svg") < page.index("<table")
    assert re.findall(r"<(?:script|link|img|iframe|object|embed)\b|@import|url\(\s*['\"]?(?!#)", page) == []
    assert "runs/&lt;joint&gt;" in page
    assert "<joint>" not in page
    for text in ("+5.0 %", "+2.0 % … +8.0 %", "80 %", "60 %", "1 of 2", "lower is better", "dialogue", "90,000", "77"):
        assert text in page
    assert "new items, recall@50 (7)" in page


def test_beside_a_run_of_all_its_tasks_nothing_is_asked_of_joint_training() -> None:
    whole = {**COMPARISON, "singles": {"runs/a": ["next_item", "rating", "like"]}}
    assert "Which of the runs is better?" in render_comparison(whole)
    assert "joint training help" not in render_comparison(whole)
    assert "<th>runs/a</th><th>runs/&lt;joint&gt;</th>" in render_comparison(whole)
    assert ">singles<" not in render_comparison(whole) and ">a<" in render_comparison(whole)
    assert ">singles<" in render_comparison(COMPARISON)
    assert "Did joint training help?" in render_comparison(COMPARISON)
    assert "<th>alone</th><th>joint</th>" in render_comparison(COMPARISON)


def test_what_old_runs_did_not_keep_is_said_to_be_unknown() -> None:
    page = render_comparison(UNKNOWN)
    assert page.count("not known of some run") == 2
    assert "What training took" not in page
    assert page.count("<svg") == 3


def test_one_task_has_no_mean() -> None:
    one = {**COMPARISON, **part(next_item=found(0.05, None, None, verdict="not known")), "slices": {}}
    page = render_comparison(one)
    assert "Δm" not in page
    assert "Where little is known" not in page
    assert "not known" in page


def test_a_report_begins_with_the_comparison() -> None:
    page = render_report(RESULT, None, [], {}, COMPARISON)
    assert page.index("Did joint training help?") < page.index('class="card"') < page.index("Figures</h2>")
    assert "Did joint training help?" not in render_report(RESULT, None, [], {})


def test_files_are_written(tmp_path) -> None:
    write_comparison(COMPARISON, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "compare.json").read_text()) == COMPARISON
    assert (tmp_path / "new" / "compare.html").read_text() == render_comparison(COMPARISON)


def test_colours_tell_gains_from_losses() -> None:
    colours = [Change(0, low, high).colour for low, high in ((0.1, 0.2), (-0.2, -0.1), (-0.1, 0.1), (None, None))]
    assert len(set(colours)) == 3
    assert colours[2] == colours[3]


def test_where_a_share_has_no_interval_the_verdict_and_the_difference_are_shown() -> None:
    nothing = found(None, None, None, verdict="better", difference={"value": 0.0123, "low": 0.001, "high": 0.02})
    assert Change(0.2, None, None, 0.01, "better").colour == Change(0.2, 0.1, 0.3).colour
    assert Change(0.2, 0.1, 0.3, 0.01, "unclear").colour == Change(0.2, -0.1, 0.3).colour
    page = render_comparison(COMPARISON | {"slices": {"new_items": part(next_item=nothing)}})
    assert '<td>+0.0123 in all</td><td><span class="whole">+0.0010 … +0.0200 in all</span></td>' in page


def test_one_long_interval_does_not_hide_the_others() -> None:
    """The axis shows the usual ones; the long one ends in an arrow."""
    usual = {f"t{n}": Change(0.05, 0.01, 0.09) for n in range(4)}
    chart = gain_chart(
        {
            **usual,
            "long": Change(0.1, -8.0, 40.0),
            "none": Change(None, None, None),
            "zero": Change(None, None, None, 0.0125),
        }
    )
    assert "+4000" not in chart
    assert "+10.0 %" in chart
    assert "not known" in chart
    assert "+0.0125, alone being 0" in chart


def test_costs_add_up() -> None:
    chart = cost_chart(900.0, {"a": 500.0, "b": 1000.0}, ("joint", "singles"))
    assert "1,500" in chart
    assert "900" in chart


@pytest.mark.parametrize("tasks", [("next_item", "rating"), ("rating", "rating")])
def test_runs_whose_folders_end_alike_cost_what_they_did_together(tasks: tuple[str, str]) -> None:
    singles = dict(zip(("runs/a/0", "runs/b/0"), tasks, strict=True))
    costs = dict(zip(singles, COMPARISON["cost"]["singles"].values(), strict=True))
    page = render_comparison(
        COMPARISON
        | {"singles": {run: [task] for run, task in singles.items()}}
        | {"cost": COMPARISON["cost"] | {"singles": costs}}
    )
    seconds = page[page.index("seconds of training") : page.index("seconds of the processor")]
    assert re.search(r">75<|<!-- 75 -->", seconds)
    assert all(label in seconds for label in (tasks if len(set(tasks)) == 2 else singles))


def test_percent() -> None:
    assert [percent(value) for value in (0.0512, -0.2, None)] == ["+5.1 %", "-20.0 %", "–"]
