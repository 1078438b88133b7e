"""Stages that answer at once and note what they were asked."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tastemaker.cli.main import app
from tastemaker.cli.recipe import Recipe
from tastemaker.data.split import Split
from tastemaker.data.storage import DataSetInfo

REPORT: dict[str, Any] = {
    "run": "runs/x",
    "split": "test",
    "tasks": {"next_item": {"ndcg@10": 0.25, "ndcg@10_unmasked": 0.2, "users": 3}, "rating": {"rmse": float("nan")}},
    "baselines": {"co_occurrence": {"next_item": {"ndcg@10": 0.125}}},
    "slices": {},
    "sizes": {"next_item": {"users": 943}},
    "simulated": ["rating"],
}


@dataclass(frozen=True)
class FakeRecommendation:
    item_id: str
    title: str
    score: float
    reason: str
    evidence: str


@dataclass(frozen=True)
class FakeContribution:
    item_id: str
    title: str
    weight: float


@dataclass(frozen=True)
class FakeExplanation:
    item_id: str
    title: str
    score: float
    reason: str
    evidence: str
    contributions: tuple[FakeContribution, ...]


@dataclass(frozen=True)
class FakeReply:
    text: str
    recommended: FakeRecommendation | None


FARGO = FakeRecommendation("100", "Fargo [uncut] (1996)", 1.5, "You liked Heat.", "past: Heat; genre: Crime")


class FakeConversation:
    def say(self, text: str) -> FakeReply:
        return FakeReply(f"You said: {text}", FARGO if "film" in text else None)


@dataclass
class FakeStages:
    """Stands for `tastemaker.cli.stages`."""

    calls: list[tuple[str, Any]] = field(default_factory=list)
    failure: BaseException | None = None

    def _note(self, name: str, asked: Any) -> None:
        self.calls.append((name, asked))
        sys.stdout.write("noise of a library\n")
        if self.failure is not None:
            raise self.failure

    def prepare(
        self,
        source: str,
        out: Path,
        path: Path | None = None,
        say: Callable[[str], None] = str,
        strict: bool = False,
    ) -> DataSetInfo:
        say("100,000 rows read")
        if self.failure is not None:
            raise self.failure
        self.calls.append(("prepare", (source, out, path)))
        return DataSetInfo(source, "somewhere", "free", {"users": 943, "interactions": 100000})

    def train(
        self, recipe: Recipe, out: Path, *, resume: bool = False, overwrite: bool = False, watch: Any = None
    ) -> Path:
        self.calls.append(("train", (recipe, out, resume, overwrite)))
        watch.start(40, 0)
        watch.step(1, {"next_item": 0.5})
        watch.step(2, {"next_item": 0.25})
        watch.validation(2, {"next_item": 0.75}, True)
        watch.say("early stopping")
        if self.failure is not None:
            raise self.failure
        return out

    def evaluate(
        self,
        run: Path,
        *,
        against: Path | None = None,
        split: Split = Split.TEST,
        full: bool = False,
        say: Callable[[str], None] = str,
    ) -> dict[str, Any]:
        say("judging next_item")
        self._note("evaluate", (run, against, split, full))
        return REPORT

    def load(self, run: Path, new_items: float = 1.0) -> "FakeStages":
        self._note("load", run if new_items == 1.0 else (run, new_items))
        return self

    def recommend(
        self, user: str | None = None, history: Sequence[str] = (), k: int = 10, reasons: bool = True
    ) -> list[FakeRecommendation]:
        self._note("recommend", (user, list(history), k, reasons))
        return [FARGO]

    def explain(self, item: str, user: str | None = None, history: Sequence[str] = ()) -> FakeExplanation:
        self._note("explain", (item, user, list(history)))
        parts = (FakeContribution("7", "Heat (1995)", 0.25), FakeContribution("8", "Babe (1995)", -0.5))
        return FakeExplanation(**vars(FARGO), contributions=parts)

    def chat(self, user: str | None = None, history: Sequence[str] = ()) -> FakeConversation:
        self._note("chat", (user, list(history)))
        return FakeConversation()


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> FakeStages:
    """Fake stages in the place of the real ones."""
    fake = FakeStages()
    module = ModuleType("tastemaker.cli.stages")
    for name in ("prepare", "train", "evaluate", "load"):
        setattr(module, name, getattr(fake, name))
    monkeypatch.setitem(sys.modules, "tastemaker.cli.stages", module)
    return fake


@pytest.fixture
def report() -> dict[str, Any]:
    """What the fake evaluation finds."""
    return REPORT


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text('[data]\npath = "data/x"\n[tasks.next_item]\nweight = 2\n[training]\nepochs = 7\n')
    return path


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command line, with what is typed into it."""

    def invoke(*arguments: object, typed: str | bytes = "") -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed, env=PLAIN)

    return invoke


PLAIN: Mapping[str, str] = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
