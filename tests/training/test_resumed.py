"""A killed run that goes on equals an uninterrupted one, whatever its mixture."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from tastemaker.checkpoint.store import load_checkpoint
from tastemaker.data.dataset import Dataset
from tests.training.test_loop import KilledError, Killer, trainer


def records(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "losses.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(
    "changes", [{"mixture": "progress", "mixture_strength": 5.0}, {"mixture": "uniform"}, {"mixture_cap": 500}]
)
def test_a_resumed_run_equals_an_uninterrupted_one(shop: Dataset, tmp_path: Path, changes: Mapping[str, Any]) -> None:
    changes = {"learning_rate": 0.02, **changes}
    trainer(shop, tmp_path / "whole", **changes).run(resume=False)
    halted = trainer(shop, tmp_path / "halted", **changes)
    halted.watch = Killer()
    with pytest.raises(KilledError):
        halted.run(resume=False)
    trainer(shop, tmp_path / "halted", **changes).run(resume=True)
    whole, resumed = (load_checkpoint(tmp_path / name, "last") for name in ("whole", "halted"))
    assert whole.documents == resumed.documents
    for name, tensor in whole.tensors["weights"].items():
        assert torch.equal(tensor, resumed.tensors["weights"][name]), name
    assert records(tmp_path / "whole") == records(tmp_path / "halted")


def test_the_log_tells_the_shares_of_each_validation(shop: Dataset, tmp_path: Path) -> None:
    trainer(shop, tmp_path, mixture="progress", mixture_strength=5.0, learning_rate=0.02).run(resume=False)
    found = [line["share"] for line in records(tmp_path) if line["split"] == "validation"]
    assert len(found) == 4
    assert found[0] != found[1] != found[2]
    for shares in found:
        assert shares["next_item"] == shares["rating"] == shares["like"]
        assert shares["sentiment"] == shares["summary"]
        apart = [share for task, share in shares.items() if task not in ("rating", "like", "sentiment")]
        assert sum(apart) == pytest.approx(1, abs=1e-3)
