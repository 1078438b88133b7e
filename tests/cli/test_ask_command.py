"""`tastemaker ask`: what it asks for, and what it prints."""

import json
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest


@dataclass(frozen=True)
class Found:
    task: str = "sentiment"
    text: str = "positive"
    chances: dict[str, float] = field(default_factory=lambda: {"negative": 0.004, "neutral": 0.1, "positive": 0.896})


class Model:
    """Notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def ask(self, *asked: Any) -> Found:
        sys.stdout.write("noise of a library\n")
        self.asked.append(asked)
        return Found()


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    found, module = Model(), ModuleType("tastemaker.cli.stages")
    module.load = lambda run: found  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tastemaker.cli.stages", module)
    return found


def test_what_holds_and_how_likely_each_class_is(run, model) -> None:
    result = run("ask", "runs/x", "sentiment", "--text", "Lovely")
    assert (result.exit_code, result.stdout) == (0, "positive\n   90%  positive\n   10%  neutral\n")
    assert model.asked == [("sentiment", None, ["Lovely"])]


def test_json_has_every_class(run, model) -> None:
    result = run("ask", "runs/x", "question_answering", "--item", "Heat", "--text", "Who?", "--json")
    assert json.loads(result.stdout) == {
        "run": "runs/x",
        "item": "Heat",
        "texts": ["Who?"],
        "task": "sentiment",
        "text": "positive",
        "chances": {"negative": 0.004, "neutral": 0.1, "positive": 0.896},
    }
    assert model.asked == [("question_answering", "Heat", ["Who?"])]
