"""A recipe of all tasks on a T5 of the user's own, from training to a chat."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tastemaker.checkpoint.store import load_checkpoint
from tastemaker.cli import stages
from tastemaker.cli.recipe import Recipe, from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.tasks import TASKS
from tastemaker.tasks.corpus import tokenizer_texts
from tests.model.tiny_t5 import saved_t5

STEPS, KILLED_AT = 4, 3


class KilledError(Exception):
    """What stands for `kill -9`."""


class KillAt(stages.Silent):
    def step(self, step: int, losses: object) -> None:
        if step == KILLED_AT:
            raise KilledError


@pytest.fixture
def recipe(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Recipe]:
    """All tasks on a T5 with LoRA, of either stack two of three layers."""
    monkeypatch.setattr(stages.Dataset, "load", lambda config: shop)
    texts = tokenizer_texts(shop, [task() for task in TASKS.values()])
    folder = saved_t5(tmp_path / "t5", texts, layers=3, decoder_layers=3)
    model = {"backbone": str(folder), "layers": 2, "content": "none", "window": 256, "lora_rank": 2}
    training = {"token_budget": 900, "validation_examples": 3, "validate_every": 2, "max_steps": STEPS}
    judged = {"text_sample": 2, "attribution_sample": 2, "slices": False, "draws": 10}
    tables = {"model": model, "training": training, "evaluation": judged, "tasks": {name: {} for name in TASKS}}
    return lambda: from_mapping({"data": {"path": str(tmp_path)}, **tables})


def test_a_t5_learns_all_tasks_is_judged_recommends_with_reasons_and_chats(
    recipe: Callable[[], Recipe], tmp_path: Path
) -> None:
    """The run is killed once, and goes on as if nothing had been; its T5 is gone when it is used."""
    whole = stages.train(recipe(), tmp_path / "whole")
    with pytest.raises(KilledError):
        stages.train(recipe(), tmp_path / "run", watch=KillAt())
    run = stages.train(recipe(), tmp_path / "run", resume=True)
    one, other = (load_checkpoint(place, "last").tensors["weights"] for place in (whole, run))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
    (tmp_path / "t5").rename(tmp_path / "gone")
    lines = [json.loads(line) for line in (run / "losses.jsonl").read_text().splitlines()]
    assert {name for line in lines for name in line["losses"]} == set(TASKS)
    found = stages.evaluate(run)["tasks"]
    assert set(found) == set(TASKS)
    recommender = stages.load(run)
    recommended = recommender.recommend("u1", k=2)
    assert len(recommended) == 2 and all(one.evidence for one in recommended)
    seen = {recommender.model.catalog[entry.item].item_id for entry in recommender.dataset.history(1)}
    assert not seen & {one.item_id for one in recommended}
    assert recommender.chat(history=["i3"]).say("I would like a comedy").text
