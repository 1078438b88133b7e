"""Tables of results within pages that people write."""

from pathlib import Path

import pytest

from benchmarks.regions import PAGES, fill, filled
from benchmarks.result import read_results

REGION = "<!-- multi_task shop: made by python -m benchmarks.table -->\n{}<!-- end -->"
OLD = REGION.format("old\n")
POOLED = {
    **{"question": "multi_task", "data": "shop", "model": "joint", "seed": "pooled"},
    "metrics": {"next_item/ndcg@10": 0.3},
    "baselines": {"alone": {"next_item/ndcg@10": 0.2}},
    "details": {
        "seeds": [0],
        "gains": {"next_item/ndcg@10": {"change": 0.5, "low": 0.4, "high": 0.6}},
        "slices": {
            "last_1": {
                "joint": {"next_item/ndcg@10": 0.1, "rating/rmse": 1.0},
                "alone": {"next_item/ndcg@10": 0.1, "rating/rmse": 1.0},
                "gains": {
                    "next_item/ndcg@10": {"change": 0.0, "low": -0.1, "high": 0.1},
                    "rating/rmse": {"change": 0.0, "low": -0.1, "high": 0.1},
                },
            }
        },
        "delta_m": {"value": 0.5, "low": 0.4, "high": 0.6},
        **{"better": 1, "worse": 0, "cost": {"ratio_of_seconds": 1.0, "ratio_of_positions": None}},
    },
}


def test_only_what_stands_in_a_region_changes() -> None:
    before = f"Words.\n\n{OLD}\n\nMore.\n\n{REGION.format('')}\n"
    after = filled(before, [POOLED])
    assert after.startswith("Words.\n\n<!-- multi_task shop: made")
    assert "old" not in after
    assert "\n<!-- end -->\n\nMore.\n\n<!--" in after
    assert filled(after, [POOLED]) == after


def test_joint_models_stand_beside_the_tasks_alone() -> None:
    shorter = POOLED | {"model": "joint_60", "metrics": {"next_item/ndcg@10": 0.2}}
    page = filled(REGION.format(""), [shorter, POOLED, POOLED | {"seed": 0}])
    assert "| task | metric | alone | `joint` | change, 95 % interval | `joint_60` |" in page
    assert "| `next_item` | ndcg@10 | 0.2000 | 0.3000 | +50.0 % [+40.0, +60.0] % | 0.2000 |" in page
    assert "| `next_item`, last 1 | ndcg@10 | 0.1000 |" in page
    assert "rating" not in page, "of slices ranking alone is shown"
    assert "- `joint`, 1 seed (0): delta-m +50.0 % [+40.0, +60.0] %; 1 of 1 tasks better" in page


def test_screened_settings_stand_in_order() -> None:
    def setting(name: str, mean_log: float) -> dict[str, object]:
        told = {"factor": "balancer", "setting": name, "plain": "fixed", "best_step": 9, "training_seconds": 1.0}
        asked = {"question": "multi_task_screening", "data": "shop", "seed": 0}
        return asked | {"metrics": {"mean_log": mean_log, "rating": 1.0}, "details": told}

    region = REGION.format("").replace("multi_task", "multi_task_screening")
    page = filled(region, [setting("fixed", -0.05), setting("uncertainty", -0.1)])
    assert "| balancer | `uncertainty` -0.100, `fixed` -0.050 |" in page


def test_a_region_without_results_is_refused() -> None:
    with pytest.raises(SystemExit, match="multi_task shop: expected results"):
        filled(REGION.format(""), [])


@pytest.mark.skipif(not read_results(), reason="there are no results yet")
def test_the_pages_in_the_docs_are_those_of_the_results(tmp_path: Path) -> None:
    copies = [tmp_path / path.name for path in PAGES]
    for path, copy in zip(PAGES, copies, strict=True):
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    fill(read_results(), copies)
    for path, copy in zip(PAGES, copies, strict=True):
        assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), "run `python -m benchmarks.table`"
