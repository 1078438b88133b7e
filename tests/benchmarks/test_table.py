"""The page of all results."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.result import RESULTS, Machine, Result, read_results
from benchmarks.table import NOTHING, PAGE, page

SINGLE = Result(
    question="joint_training",
    data="shop",
    model="joint",
    seed=0,
    split="test",
    metrics={"next_item/ndcg@10": 0.2, "next_item/ndcg@10_unmasked": 0.1, "dialogue/recall@10": 0.4},
    seconds=61.4,
    peak_memory_mb=1234.5,
    commit="0123456789abcdef-dirty",
    recipe="recipes/demo.toml --set training.seed=0",
    machine=Machine("a processor", 2, 1, 0.51),
    data_sha256="f" * 64,
    slices={"no_history": {"model": {"next_item": {"ndcg@10": 0.05}}}},
    details={"simulated": ["dialogue"]},
)
POOLED = replace(
    SINGLE,
    seed="pooled",
    metrics={"next_item/ndcg@10": 0.25, "dialogue/recall@10": 0.4, "rating/rmse": 0.9},
    slices={},
    intervals={"next_item/ndcg@10": (0.2, 0.3)},
    differences={
        "next_item_alone": {
            "next_item/ndcg@10": {
                **{"value": -0.0125, "low": -0.02, "high": 0.001},
                **{"relative": -0.05, "relative_low": -0.08, "relative_high": 0.004},
            }
        }
    },
    details={"seeds": [0, 1], "by_seed": {"next_item/ndcg@10": [0.2, 0.3]}, "simulated": ["dialogue"]},
)


@pytest.fixture
def text(tmp_path: Path) -> str:
    """The page of two seeds of a model, a baseline, and the pooled answer."""
    SINGLE.write(tmp_path)
    replace(SINGLE, seed=1, metrics={"next_item/ndcg@10": 0.3, "dialogue/recall@10": 0.5}, slices={}).write(tmp_path)
    replace(SINGLE, model="popularity", metrics={"next_item/ndcg@10": 0.125}, slices={}, details={}).write(tmp_path)
    POOLED.write(tmp_path)
    written = page(read_results(tmp_path))
    assert written == page(read_results(tmp_path)), "the same files give the same page"
    return written


def test_means_over_seeds_stand_beside_the_baselines(text: str) -> None:
    assert "| metric | joint (2) | popularity (1) |" in text
    assert "| next_item/ndcg@10 | 0.2500 | 0.1250 |" in text, "(0.2 + 0.3) / 2"
    assert "| dialogue/recall@10 | 0.4500 |" in text, "(0.4 + 0.5) / 2"
    assert "unmasked" not in text.partition("## Joint")[2]


def test_the_pooled_answer_has_its_interval_and_differences(text: str) -> None:
    assert "mean over 2 seeds (0, 1)" in text
    assert "| next_item/ndcg@10 | 0.2500 | [0.2000, 0.3000] | 0.2000, 0.3000 |" in text
    assert "| next_item/ndcg@10 | next_item_alone | -0.0125 | [-0.0200, +0.0010] | -5.0 % | [-8.0, +0.4] % |" in text


def test_simulated_tasks_and_lower_is_better_are_said(text: str) -> None:
    assert "`dialogue` (simulated)" in text
    assert "| dialogue/recall@10 (simulated) |" in text
    assert "| rating/rmse (lower is better) |" in text
    assert "`next_item`, mean" in text


def test_slices_and_making_are_shown(text: str) -> None:
    assert "| no_history | next_item/ndcg@10 | 0.0500 |" in text
    assert (
        "| joint | 0 | 61 | 1234 | recipes/demo.toml --set training.seed=0 | 0123456789-dirty | "
        "a processor, 1 of 2 cores, load 0.5 |" in text
    )
    assert f"SHA-256 of the data: {'f' * 64}." in text


def test_times_stand_in_one_table(tmp_path: Path) -> None:
    metrics = {"chat_turn/p95_ms": 1234.56, "load/median_s": 0.25}
    replace(SINGLE, question="speed", metrics=metrics, slices={}).write(tmp_path)
    assert "| measured | joint |\n| --- | --- |\n| chat_turn/p95_ms | 1,234.6 |\n| load/median_s | 0.2500 |\n" in page(
        read_results(tmp_path)
    )


def test_costs_are_compared_where_a_library_takes_part(tmp_path: Path) -> None:
    ours = replace(SINGLE, slices={}, details={"users_per_second": 5200.04})
    ours.write(tmp_path)
    assert "What training and ranking cost" not in page(read_results(tmp_path))
    said = {"library": "rectools", "versions": {"rectools": "0.18.0"}, "best_epoch": 50, "epochs": 58}
    rates = {"seconds_per_epoch": 49.92, "targets_per_second": None, "users_per_second": 1501.8, "parameters": 826048}
    replace(ours, model="rectools_sasrec", details=said | rates).write(tmp_path)
    text = page(read_results(tmp_path))
    assert (
        "| rectools_sasrec | 0 | 0.2000 | rectools 0.18.0 | 50 of 58 | 49.9 |  | 1,501.8 | 1,234 | 826048 |\n" in text
    )
    assert "| joint | 0 | 0.2000 |  |  |  |  | 5,200.0 | 1,234 |  |\n" in text


def test_no_results_are_said() -> None:
    assert page([]).endswith(NOTHING)


@pytest.mark.skipif(not read_results(), reason="there are no results yet")
def test_the_page_in_the_docs_is_that_of_the_results() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_results(RESULTS)), "run `python -m benchmarks.table`"
