import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.training import full_softmax
from tastemaker.training.full_softmax import full_softmax_loss

ITEMS, WIDTH, TARGETS = 13, 4, 9


def given(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """States, vectors, targets and weights."""
    random = torch.Generator().manual_seed(0)
    states = torch.randn(TARGETS, WIDTH, generator=random, dtype=dtype, requires_grad=True)
    vectors = torch.randn(ITEMS, WIDTH, generator=random, dtype=dtype, requires_grad=True)
    items = torch.randint(ITEMS, (TARGETS,), generator=random)
    return states, vectors, items, torch.rand(TARGETS, generator=random, dtype=dtype)


def plain_loss(states: Tensor, vectors: Tensor, items: Tensor, weights: Tensor) -> Tensor:
    return (weights * F.cross_entropy(states @ vectors.T, items, reduction="none")).sum() / weights.sum()


@pytest.mark.parametrize("chunk", [1, 4, 9, 100])
def test_equals_the_plain_cross_entropy_whatever_the_chunk(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(full_softmax, "CHUNK_LOGITS", chunk * ITEMS)
    monkeypatch.setattr(full_softmax, "LEAST_TARGETS", min(chunk, 2))
    states, vectors, *rest = given()
    loss, expected = full_softmax_loss(states, vectors, *rest), plain_loss(states, vectors, *rest)
    torch.testing.assert_close(loss, expected)
    of_loss = torch.autograd.grad(3.0 * loss, (states, vectors))
    torch.testing.assert_close(of_loss, torch.autograd.grad(3.0 * expected, (states, vectors)))


def test_gradients_agree_with_finite_differences() -> None:
    states, vectors, *rest = given()
    assert torch.autograd.gradcheck(lambda s, v: full_softmax_loss(s, v, *rest), (states, vectors))


def test_large_logits_stay_finite() -> None:
    states, vectors, items, weights = given(torch.float32)
    loss = full_softmax_loss(states * 1e4, vectors * 1e4, items, weights)
    assert torch.isfinite(loss)


def test_without_gradient_it_is_only_a_number() -> None:
    states, vectors, *rest = given()
    with torch.no_grad():
        loss = full_softmax_loss(states, vectors, *rest)
    assert not loss.requires_grad
    torch.testing.assert_close(loss, plain_loss(states, vectors, *rest).detach())


def test_no_target_costs_nothing() -> None:
    states, vectors, items, weights = given()
    assert full_softmax_loss(states[:0], vectors, items[:0], weights[:0]).item() == 0.0


def test_mixed_precision_stays_close_and_leaves_gradients_in_float32() -> None:
    states, vectors, *rest = given(torch.float32)
    expected = torch.autograd.grad(plain_loss(states, vectors, *rest), (states, vectors))
    with torch.autocast("cpu", torch.bfloat16):
        loss = full_softmax_loss(states, vectors, *rest)
    found = torch.autograd.grad(loss, (states, vectors))
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, plain_loss(states, vectors, *rest), rtol=0.01, atol=0.0)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == torch.float32
        assert 0 < float((ours - theirs).norm() / theirs.norm()) < 0.02  # above 0: the products were in bfloat16
