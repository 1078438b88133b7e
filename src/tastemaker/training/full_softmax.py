"""Cross-entropy over the whole catalog in chunks of targets, without ever holding all logits.

In: states `[N, D]`, item vectors `[I, D]`, targets and weights `[N]`. Out: the weighted mean loss. The gradients are
taken in the forward pass, while a chunk's logits are still in the processor's cache: logits `[N, I]` of a catalog of
12,000 items would be written to memory and read back several times, which costs more than the products themselves.

Source:
    Wijmans et al., "Cut Your Losses in Large-Vocabulary Language Models", ICLR 2025, for the idea.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK_LOGITS = 2**22
"""Logits that are held at once: 16 MB."""


def full_softmax_loss(states: Tensor, vectors: Tensor, bias: Tensor, items: Tensor, weights: Tensor) -> Tensor:
    """Mean cross-entropy of `softmax(states @ vectors.T + bias)` at `items`, weighted; 0 without targets.

    Args:
        states: `[N, D]`.
        vectors: `[I, D]`.
        bias: `[I]`, added to every row of logits, without gradient; minus infinity leaves an item out.
        items: `[N]`, row of each target, none of them left out.
        weights: `[N]`, how much each target counts.
    """
    shares = weights / weights.sum().clamp_min(1e-8)
    loss: Tensor = _FullSoftmax.apply(states, vectors, bias, items, shares)  # type: ignore[no-untyped-call]
    return loss


class _FullSoftmax(torch.autograd.Function):
    """`sum_n share_n (logsumexp(l_n) - l_n[item_n])`, whose gradient in `l_n` is `share_n (softmax(l_n) - onehot)`."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, vectors: Tensor, bias: Tensor, items: Tensor, shares: Tensor) -> Tensor:
        wants_gradient = any(ctx.needs_input_grad[:2])
        of_states, of_vectors = torch.zeros_like(states), torch.zeros_like(vectors)
        size = max(1, CHUNK_LOGITS // len(vectors))
        logits = states.new_empty(min(size, len(states)), len(vectors))
        loss = states.new_zeros(())
        for start in range(0, len(states), size):
            part = slice(start, start + size)
            chunk = logits[: len(states[part])]
            loss += (shares[part] * _losses(states[part], vectors, bias, items[part], chunk)).sum()
            if wants_gradient:
                chunk[torch.arange(len(chunk), device=chunk.device), items[part]] -= 1.0
                chunk *= shares[part].unsqueeze(1)
                torch.mm(chunk, vectors, out=of_states[part])
                of_vectors.addmm_(chunk.T, states[part])
        ctx.save_for_backward(of_states, of_vectors)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        of_states, of_vectors = ctx.saved_tensors
        return of_states * gradient, of_vectors * gradient, None, None, None


def _losses(states: Tensor, vectors: Tensor, bias: Tensor, items: Tensor, chunk: Tensor) -> Tensor:
    """Losses `[n]` of one chunk; leaves the softmax `[n, I]` in `chunk`."""
    torch.addmm(bias, states, vectors.T, out=chunk)
    at_target = chunk.gather(1, items.unsqueeze(1)).squeeze(1)
    highest = chunk.amax(1, keepdim=True)
    chunk.sub_(highest).exp_()
    total = chunk.sum(1, keepdim=True)
    chunk.div_(total)
    return (total.log() + highest).squeeze(1) - at_target
