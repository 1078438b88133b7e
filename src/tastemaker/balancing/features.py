"""Task gradients in the last shared features, which cost a backward pass through the heads alone."""

from collections.abc import Sequence

import torch
from torch import Tensor


def feature_jacobian(losses: Sequence[Tensor | None], features: Sequence[Tensor]) -> Tensor:
    """Gradients of the losses in a linear map between trunk and heads, at the identity: `[K, D * D]`.

    Tasks have micro-batches of their own, so that their states are different tensors and the gradients in these could
    not agree or conflict. A last layer through which the states `[N, D]` of all pass is shared by all; in it the
    gradient of task i is Σₙ hₙ (∂Lᵢ/∂hₙ)ᵀ. No such layer is there: its gradient is computed from states and theirs.

    Args:
        losses: a scalar of each task, or None, which gives a row of zeros.
        features: states `[N, D]` of each micro-batch; they stay in their graph.
    """
    return torch.stack([_of_task(loss, features) for loss in losses])


def _of_task(loss: Tensor | None, features: Sequence[Tensor]) -> Tensor:
    """Of one task, `[D * D]`."""
    width = features[0].shape[1]
    total = torch.zeros(width, width, device=features[0].device)
    if loss is not None:
        found = torch.autograd.grad(loss, features, retain_graph=True, allow_unused=True)
        for states, gradients in zip(features, found, strict=True):
            if gradients is not None:
                total += states.detach().float().T @ gradients.float()
    return total.flatten()
