import pytest
import torch

from tastemaker.errors import RecipeError
from tastemaker.model import precision
from tastemaker.model.precision import autocast
from tastemaker.training.config import TrainingConfig

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_a_named_precision_is_that_of_products(name: str) -> None:
    with autocast(name, CPU):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == getattr(torch, name)


@pytest.mark.parametrize("is_native", [True, False])
def test_auto_is_mixed_where_the_device_is_fast_at_it(monkeypatch: pytest.MonkeyPatch, is_native: bool) -> None:
    monkeypatch.setattr(precision, "is_bfloat16_native", lambda device: is_native)
    with autocast("auto", CPU):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == (torch.bfloat16 if is_native else torch.float32)


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx512_bf16": False}, False), ({}, False)],
)
def test_a_processor_is_asked_for_its_instructions(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert precision.is_bfloat16_native(CPU) is expected


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(RecipeError, match="must be one of float32, bfloat16, auto, found 'half'"):
        TrainingConfig(precision="half")


def test_a_device_that_lacks_the_type_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "is_bfloat16_native", lambda device: False)
    precision.check_precision("bfloat16", CPU)
    precision.check_precision("auto", torch.device("cuda"))
    with pytest.raises(RecipeError) as error:
        precision.check_precision("bfloat16", torch.device("cuda"))
    assert str(error.value) == (
        "training.precision: expected a type that cuda has, found bfloat16, which it lacks. "
        "Set training.precision = 'float32', or 'auto'."
    )
