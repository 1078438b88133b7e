"""What training cannot learn and validation targets can tell: how the item graph and cold items weigh in a score.

In training the graph is not there, as its every pair is a training target, and a cold item is left out of the softmax.
Targets that training never saw say how much both count, by maximum likelihood:

- the weight w of the graph term g makes `softmax(s + w g)` most likely at warm targets, a concave problem in w;
- with L_w and L_c the log-sum-exp of warm and of cold scores at one target, the offset c of all cold items solves

    Σ σ(c + L_c - L_w) = number of cold targets
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.model.batch import Batch, ItemTargets
from tastemaker.model.network import Network

OFFSET_BOUND = 20.0
WEIGHT_BOUND = 10.0
MOST_SCORES = 2**25
"""How many are held at once; a seeded sample of the targets stands for all where they have more."""


@torch.no_grad()
def calibrate(network: Network, batches: Sequence[Batch]) -> None:
    """Set the weight of `network`'s graph, then the offset of its cold items, from the item targets of `batches`."""
    table, graph = network.item_table, network.item_graph
    table.cold_offset.fill_(0.0)
    graph.weight.fill_(0.0)
    was_training = network.training
    network.eval()
    scored = _score(network, batches)
    network.train(was_training)
    if scored is None:
        return
    if graph.has_edges:
        graph.weight.fill_(graph_weight(scored, table.is_warm))
    if table.projection is not None:
        table.cold_offset.fill_(cold_offset(scored.with_graph(graph.weight), scored.items, table.is_warm))


@dataclass(frozen=True)
class Scored:
    """Validation targets, and what the parts of the model say of them."""

    scores: Tensor
    """`[N, I]`, of the network alone."""
    graph: Tensor
    """`[N, I]`"""
    items: Tensor
    """`[N]`, what came."""

    def with_graph(self, weight: Tensor) -> Tensor:
        """Scores `[N, I]` with the graph at its weight."""
        return self.scores + weight * self.graph


def graph_weight(scored: Scored, is_warm: Tensor) -> float:
    """The weight w at which the graph's mean under the model equals its mean at the targets; 0 for no use."""
    known = is_warm[scored.items]
    if not bool(known.any()):
        return 0.0
    scores, graph = scored.scores[known][:, is_warm], scored.graph[known][:, is_warm]
    at_targets = float(scored.graph[known].gather(1, scored.items[known].unsqueeze(1)).mean())

    def surplus(weight: float) -> float:
        return float(((scores + weight * graph).softmax(1) * graph).sum(1).mean()) - at_targets

    return root(surplus, 0.0, WEIGHT_BOUND, steps=14)


def cold_offset(scores: Tensor, items: Tensor, is_warm: Tensor) -> float:
    """The offset of cold items at which they get their share of the targets; 0 where there is nothing to compare."""
    if bool(is_warm.all()) or not bool(is_warm.any()):
        return 0.0
    gaps = scores[:, ~is_warm].logsumexp(1) - scores[:, is_warm].logsumexp(1)
    return solve(gaps, int((~is_warm[items]).sum()))


def solve(gaps: Tensor, cold: int) -> float:
    """Find c; half a cold target is added, so that none at all is no certainty."""
    wanted = min(cold + 0.5, len(gaps) - 0.5)
    return root(lambda offset: float((gaps + offset).sigmoid().sum()) - wanted, -OFFSET_BOUND, OFFSET_BOUND)


def root(rising: Callable[[float], float], low: float, high: float, steps: int = 50) -> float:
    """Where a rising function crosses zero, by bisection; an end of the interval where it does not."""
    for _ in range(steps):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _score(network: Network, batches: Sequence[Batch]) -> Scored | None:
    """Score a sample of the item targets of `batches`; None where there are none."""
    vectors = network.item_vectors()
    found = [part for batch in batches for part in _targets(network, batch.to(vectors.device), vectors)]
    if not found:
        return None
    longest = max(part[1].shape[1] for part in found)
    states, histories, items = (
        torch.cat(parts)
        for parts in zip(*((s, F.pad(h, (0, longest - h.shape[1]), value=-1), i) for s, h, i in found), strict=True)
    )
    drawn = torch.randperm(len(items), generator=torch.Generator().manual_seed(0))
    drawn = drawn[: max(1, MOST_SCORES // len(vectors))].to(items.device)
    return Scored(states[drawn] @ vectors.T, network.item_graph(histories[drawn]), items[drawn])


def _targets(network: Network, batch: Batch, vectors: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """States `[N, D]`, item rows of the histories `[N, T]` and targets `[N]`, by task."""
    states = network(batch, vectors)
    wanted = [kinds["items"] for kinds in batch.targets.values() if "items" in kinds]
    return [(states[it.at], batch.histories(it.at), it.items) for it in wanted if isinstance(it, ItemTargets)]
