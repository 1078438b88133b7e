"""How cold items compare with warm ones: one offset on their logits, by maximum likelihood on validation targets.

In training a cold item is left out of the softmax, so nothing says how its content-only score compares with others.
Validation targets that training never saw do. With L_w and L_c the log-sum-exp of warm and of cold scores at one
target, the offset c that makes the targets most likely solves

    Σ σ(c + L_c - L_w) = number of cold targets
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from tastemaker.model.batch import Batch, ItemTargets
from tastemaker.model.network import Network

BOUND = 20.0


@torch.no_grad()
def cold_offset(network: Network, batches: Sequence[Batch]) -> float:
    """The offset of `network`'s cold items, from the item targets of `batches`; 0 where there is nothing to compare."""
    is_warm = network.item_table.is_warm
    if bool(is_warm.all()) or network.item_table.projection is None:
        return 0.0
    was_training = network.training
    network.eval()
    vectors = network.item_vectors()
    gaps, cold = [], 0
    for batch in batches:
        states = network(batch.to(vectors.device), vectors)
        for kinds in batch.targets.values():
            if isinstance(target := kinds.get("items"), ItemTargets):
                scores = states[target.at] @ vectors.T
                gaps.append(scores[:, ~is_warm].logsumexp(1) - scores[:, is_warm].logsumexp(1))
                cold += int((~is_warm[target.items]).sum())
    network.train(was_training)
    return solve(torch.cat(gaps), cold) if gaps else 0.0


def solve(gaps: Tensor, cold: int) -> float:
    """Find c by bisection; half a cold target is added, so that none at all is no certainty."""
    wanted = min(cold + 0.5, len(gaps) - 0.5)
    low, high = -BOUND, BOUND
    for _ in range(50):
        middle = (low + high) / 2
        if float((gaps + middle).sigmoid().sum()) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2
