"""From which log-odds on a class is said to hold, where several may: where micro-F1 on validation is best.

At log-odds of 0, which a loss alone would ask for, a model that is rightly unsure of rare classes says none of them.

Source:
    Lipton, Elkan and Naryanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure", ECML PKDD 2014.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from tastemaker.model.batch import Batch, LabelTargets
from tastemaker.model.network import Network


@torch.no_grad()
def set_label_cuts(network: Network, batches: Sequence[Batch]) -> None:
    """Set the cut of every label head whose classes may hold together; the network is back in training mode after."""
    sets = [labels for labels in network.label_sets if labels.is_multi]
    if not sets:
        return
    network.eval()
    vectors = network.item_vectors()
    found: dict[str, list[tuple[Tensor, Tensor]]] = {labels.name: [] for labels in sets}
    for batch in (batch.to(vectors.device) for batch in batches if _names(batch) & found.keys()):
        states = network(batch, vectors)
        for kinds in batch.targets.values():
            for name, target in kinds.items():
                if name in found and isinstance(target, LabelTargets):
                    found[name].append((network.label_head(name)(states[target.at]), target.values))
    for name, pairs in found.items():
        if pairs:
            logits, values = (torch.cat(parts).flatten() for parts in zip(*pairs, strict=True))
            network.label_head(name).cut.fill_(best_cut(logits, values))
    network.train()


def best_cut(logits: Tensor, values: Tensor) -> float:
    """The cut with the highest F1 `2 tp / (said + true)`.

    Args:
        logits: `[M]`, of every class of every example.
        values: `[M]`, 1 where it holds.
    """
    ordered, order = logits.sort(descending=True)
    said = torch.arange(1, len(logits) + 1, device=logits.device)
    f1 = 2 * values[order].cumsum(0) / (said + values.sum())
    is_last = torch.cat((ordered[1:] < ordered[:-1], ordered.new_ones(1, dtype=torch.bool)))
    return float(ordered[torch.where(is_last, f1, -1.0).argmax()])


def _names(batch: Batch) -> set[str]:
    return {name for kinds in batch.targets.values() for name in kinds}
