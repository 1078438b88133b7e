"""What a trunk lacks is said with the recipe, before the data set is read and before anything is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tastemaker.cli import stages
from tastemaker.cli.recipe import from_mapping
from tastemaker.errors import RecipeError, TastemakerError
from tastemaker.model import precision
from tastemaker.training import execution
from tests.model.pretrained_models import saved


def nothing(folder: Path) -> dict[str, Any]:
    return {"backbone": str(folder)}


def no_network(folder: Path) -> dict[str, Any]:
    return {"backbone": "nobody/nothing"}


def no_gguf(folder: Path) -> dict[str, Any]:
    (folder / "new.gguf").write_bytes(b"word")
    return {"backbone": str(folder / "new.gguf")}


def another_tokenizer(folder: Path) -> dict[str, Any]:
    saved("gpt2", folder, spare_rows=-3)
    return {"backbone": str(folder), "window": 256}


def few_positions(folder: Path) -> dict[str, Any]:
    return {"backbone": str(saved("llama", folder)), "window": 512}


def no_target(folder: Path) -> dict[str, Any]:
    return {"backbone": str(saved("llama", folder)), "window": 256, "lora_targets": ["q_project"]}


def too_deep(folder: Path) -> dict[str, Any]:
    return {"backbone": str(saved("llama", folder)), "window": 256, "layers": 3}


CASES: dict[Callable[[Path], dict[str, Any]], str] = {
    nothing: "expected a model in the Hugging Face layout",
    no_network: "expected a local folder or a hub id that can be fetched, found 'nobody/nothing'",
    no_gguf: "expected a GGUF file",
    another_tokenizer: "expected a tokenizer whose ids fit the model's",
    few_positions: "model.window: .* reads at most 256 positions, found 512. Lower it",
    no_target: "model.lora_targets: .*q_project",
    too_deep: "model.layers: .* has 2 layers, found 3",
}


def train(model: dict[str, Any], tmp_path: Path, **training: Any) -> Path:
    recipe = {"data": {"path": "shop"}, "model": model, "tasks": {"next_item": {}}, "training": training}
    return stages.train(from_mapping(recipe), tmp_path / "run")


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the data set was read")

    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(stages.Dataset, "load", refuse)
    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("case", CASES, ids=lambda it: it.__name__)
def test_a_trunk_that_does_not_serve(case: Callable[[Path], dict[str, Any]], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    with pytest.raises(TastemakerError, match=CASES[case]):
        train(case(folder), tmp_path)
    assert not (tmp_path / "run").exists()


def test_a_type_that_the_device_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "chosen_device", lambda name: "cuda")
    monkeypatch.setattr(precision, "is_bfloat16_native", lambda device: False)
    with pytest.raises(RecipeError, match=r"training.precision: expected a type that cuda has, found bfloat16"):
        train({"backbone": "nano"}, tmp_path, precision="bfloat16")


def test_compiling_without_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution.shutil, "which", lambda name: None)
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(RecipeError) as refusal:
        train({"backbone": "nano"}, tmp_path, compile=True)
    assert str(refusal.value) == (
        "training.compile: expected a C++ compiler, found none of g++, clang++, cl. Install one, such as g++, or set "
        "training.compile = false."
    )
    execution.check_compiler(from_mapping(RECIPE).training, torch.device("cuda"))


RECIPE = {"data": {"path": "shop"}, "tasks": {"next_item": {}}, "training": {"compile": True}}


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("tpu", r"training\.device must be auto, cpu, cuda, cuda:N or mps, found 'tpu'\.$"),
        (
            "cuda:99",
            r"training\.device = 'cuda:99', but PyTorch has no such device here\. Set training\.device = 'cpu'\.$",
        ),
    ],
)
def test_a_device_that_is_not_there(device: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages.torch.cuda, "is_available", lambda: True)
    with pytest.raises(RecipeError, match=message):
        train({"backbone": "nano"}, tmp_path, device=device)
