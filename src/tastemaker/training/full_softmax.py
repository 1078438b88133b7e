"""Cross-entropy over the whole catalog in chunks of targets, without ever holding all logits.

In: states `[N, D]`, item vectors `[I, D]`, targets and weights `[N]`. Out: the weighted mean loss. The gradients are
taken in the forward pass, while a chunk's logits are still in the processor's cache: logits `[N, I]` of a catalog of
12,000 items would be written to memory and read back several times, which costs more than the products themselves.
Under `torch.autocast` products and exponentials are of its type; sums over items and over chunks stay in float32.

Source:
    Wijmans et al., "Cut Your Losses in Large-Vocabulary Language Models", ICLR 2025, for the idea.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK_LOGITS = 2**21
"""Logits that are held at once: 8 MB, or half of that in bfloat16."""
LEAST_TARGETS = 128
"""Targets of a chunk however many items there are: each chunk adds to the gradient of every item, and with chunks ever
smaller that, and so the time of a target, would grow with the square of the catalog."""


def full_softmax_loss(states: Tensor, vectors: Tensor, items: Tensor, weights: Tensor) -> Tensor:
    """Mean cross-entropy of `softmax(states @ vectors.T)` at `items`, weighted; 0 without targets.

    Args:
        states: `[N, D]`.
        vectors: `[I, D]`.
        items: `[N]`, row of each target.
        weights: `[N]`, how much each target counts.
    """
    shares = weights / weights.sum().clamp_min(1e-8)
    loss: Tensor = _FullSoftmax.apply(states, vectors, items, shares)  # type: ignore[no-untyped-call]
    return loss


class _FullSoftmax(torch.autograd.Function):
    """`sum_n share_n (logsumexp(l_n) - l_n[item_n])`, whose gradient in `l_n` is `share_n (softmax(l_n) - onehot)`."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, vectors: Tensor, items: Tensor, shares: Tensor) -> Tensor:
        wants_gradient = any(ctx.needs_input_grad[:2])
        of_states, of_vectors = (torch.zeros_like(part, dtype=_sum_type(part)) for part in (states, vectors))
        loss = shares.new_zeros(())
        rows, columns = (part.to(_product_type(states)) for part in (states, vectors))
        with torch.autocast(states.device.type, enabled=False):
            size = max(LEAST_TARGETS, CHUNK_LOGITS // len(vectors))
            logits = rows.new_empty(min(size, len(rows)), len(columns))
            for start in range(0, len(rows), size):
                part = slice(start, start + size)
                chunk = logits[: len(rows[part])]
                losses, total = _losses(rows[part], columns, items[part], chunk)
                loss += (shares[part] * losses).sum()
                if wants_gradient:
                    chunk[torch.arange(len(chunk), device=chunk.device), items[part]] -= total.to(chunk.dtype)
                    share = (shares[part] / total).unsqueeze(1)
                    of_states[part] = (chunk @ columns) * share
                    of_vectors += chunk.T @ (rows[part] * share).to(chunk.dtype)
        ctx.save_for_backward(of_states, of_vectors)
        return loss

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        of_states, of_vectors = ctx.saved_tensors  # autograd casts them to their inputs' types
        return of_states * gradient, of_vectors * gradient, None, None


def _losses(rows: Tensor, columns: Tensor, items: Tensor, chunk: Tensor) -> tuple[Tensor, Tensor]:
    """Losses `[n]` of one chunk and the sums `[n]` of its exponentials, which stay in `chunk` `[n, I]`."""
    torch.mm(rows, columns.T, out=chunk)
    at_target = chunk.gather(1, items.unsqueeze(1)).squeeze(1)
    highest = chunk.amax(1, keepdim=True)
    total = chunk.sub_(highest).exp_().sum(1, dtype=_sum_type(chunk))
    return total.log() + (highest.squeeze(1) - at_target), total


def _product_type(states: Tensor) -> torch.dtype:
    """What the products are taken in: autocast's type where that is on."""
    kind = states.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else states.dtype


def _sum_type(chunk: Tensor) -> torch.dtype:
    return torch.promote_types(chunk.dtype, torch.float32)
