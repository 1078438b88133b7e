from typing import Any

from benchmarks.ablations_table import HEAD, METRIC, head_and_rows
from benchmarks.result import Machine, Result
from benchmarks.table import page

GAP = {"value": -0.01, "low": -0.02, "high": 0.001, "relative": -0.1, "relative_low": -0.2, "relative_high": 0.01}


def pooled(model: str, value: float) -> dict[str, Any]:
    told = {"change": f"the {model}", "seeds": [0, 1], "by_seed": {METRIC: [value, value]}}
    result = Result(
        question="ablations",
        data="shop",
        model=model,
        seed="pooled",
        split="validation",
        metrics={METRIC: value},
        seconds=100.0,
        peak_memory_mb=None,
        commit="0123456789",
        recipe="recipes/ranking.toml",
        machine=Machine("a processor", 2, 1, 0.5),
        data_sha256="f",
        differences={} if model == "default" else {"default": {METRIC: GAP}},
        details=told,
    )
    return vars(result) | {"machine": vars(result.machine)}


def test_the_recipe_leads_and_the_most_harmful_change_follows() -> None:
    head, rows = head_and_rows([pooled("graph", 0.09), pooled("trunk", 0.08), pooled("default", 0.1)])
    assert head == HEAD
    assert rows[0] == ("the default", "0.1000", "0.1000, 0.1000", "", "", "", "")
    gap = ("-0.0100", "[-0.0200, +0.0010]", "-10.0 %", "[-20.0, +1.0] %")
    assert rows[1] == ("the trunk", "0.0800", "0.0800, 0.0800", *gap)
    assert rows[2] == ("the graph", "0.0900", "0.0900, 0.0900", *gap)


def test_it_stands_in_the_page() -> None:
    text = page([pooled("default", 0.1), pooled("trunk", 0.08) | {"seed": 0}])
    assert "judged on validation users" in text
    assert "| the default | 0.1000 |" in text
    assert "| trunk | 0 | 100 |" in text, "how a seed was made"
