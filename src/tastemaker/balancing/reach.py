"""Which parameters a loss depends on, as its graph tells."""

from collections.abc import Sequence

import torch
from torch import Tensor


def reached(loss: Tensor, parameters: Sequence[Tensor]) -> Tensor:
    """Whether `loss` depends on each of P tensors, `[P]`; without a backward pass."""
    leaves, seen, waiting = set[int](), set[object](), [loss.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if (leaf := getattr(node, "variable", None)) is not None:
            leaves.add(id(leaf))
        waiting += [following for following, _ in node.next_functions]
    return torch.tensor([id(parameter) in leaves for parameter in parameters])
