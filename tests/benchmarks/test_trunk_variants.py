"""Trunks with one change each: as causal, and as good at reading behind a cache, as any backbone."""

import pytest
import torch

from benchmarks.trunk_variants import TRUNKS
from tastemaker.model.backbone import Places
from tastemaker.model.config import ModelConfig

CONFIG = ModelConfig(width=16, layers=2, heads=2, dropout=0.0, window=64)
VOCABULARY = 11


@pytest.fixture(params=sorted(TRUNKS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def embeddings(rows: int, positions: int) -> torch.Tensor:
    return torch.randn(rows, positions, CONFIG.width, generator=torch.Generator().manual_seed(0))


def real(part: torch.Tensor) -> Places:
    return Places(torch.ones(part.shape[:2], dtype=torch.bool), torch.full((len(part),), part.shape[1]))


@torch.no_grad()
def test_a_position_does_not_see_what_comes_after_it(name: str) -> None:
    torch.manual_seed(0)
    trunk = TRUNKS[name](CONFIG, VOCABULARY).eval()  # type: ignore[attr-defined]
    given = embeddings(1, 6)
    changed = given.clone()
    changed[:, 4:] = 0.0
    before, after = trunk(given, real(given)), trunk(changed, real(changed))
    assert torch.allclose(before[:, :4], after[:, :4], atol=1e-6)
    assert not torch.allclose(before[:, 4:], after[:, 4:], atol=1e-3)


@torch.no_grad()
def test_reading_with_a_cache_equals_reading_at_once(name: str) -> None:
    torch.manual_seed(0)
    trunk = TRUNKS[name](CONFIG, VOCABULARY).eval()  # type: ignore[attr-defined]
    given = embeddings(2, 6)
    first, second = given[:, :4], given[:, 4:]
    _, cache = trunk.read(first, real(first))
    states, _ = trunk.read(second, real(second), cache)
    assert torch.allclose(states, trunk(given, real(given))[:, 4:], atol=1e-5)


@torch.no_grad()
def test_an_order_is_told_from_another(name: str) -> None:
    torch.manual_seed(0)
    trunk = TRUNKS[name](CONFIG, VOCABULARY).eval()  # type: ignore[attr-defined]
    given = embeddings(1, 4)
    turned = given[:, [1, 0, 2, 3]]
    assert not torch.allclose(trunk(given, real(given))[:, 3], trunk(turned, real(turned))[:, 3], atol=1e-6)


def test_every_parameter_takes_part(name: str) -> None:
    torch.manual_seed(0)
    trunk = TRUNKS[name](CONFIG, VOCABULARY)
    given = embeddings(2, CONFIG.window)
    trunk(given, real(given)).square().sum().backward()
    without = [key for key, it in trunk.named_parameters() if it.grad is None]  # type: ignore[attr-defined]
    assert [key for key in without if "embed_in" not in key] == []
