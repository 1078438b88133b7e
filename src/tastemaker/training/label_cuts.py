"""What label heads decide with, chosen on validation.

Where several classes may hold, a model that is rightly unsure of rare ones says none of them at log-odds of 0, which a
loss alone would ask for: the cut is where micro-F1 is best (Lipton et al., 2014). Where one of several holds, a
model that is rightly unsure says the most frequent one of everything: of the logarithms of the training shares so
much is taken off that macro-F1 is best (Menon et al., 2021).

Source:
    Lipton, Elkan and Naryanaswamy, "Optimal Thresholding of Classifiers to Maximize F1 Measure", ECML PKDD 2014.
    Menon et al., "Long-Tail Learning via Logit Adjustment", ICLR 2021.
"""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from tastemaker.metrics.classes import Classes, macro_f1, micro_f1
from tastemaker.model.batch import LabelTargets
from tastemaker.model.label_head import LabelHead, context_means
from tastemaker.training.look import Look

F1: Final = "f1"
OFF: Final = tuple(part / 20 for part in range(21))
"""How many times the log-shares are taken off, as far as it is tried."""


@torch.no_grad()
def set_label_cuts(look: Look) -> dict[str, float]:
    """Set the cut of every label head; the network is back in training mode after.

    Returns:
        For every task that asks for labels and nothing else the F1 of its head on these batches, micro where several
        classes may hold and macro where one does.
    """
    network = look.network.eval()
    found: dict[str, list[tuple[Tensor, Tensor]]] = {labels.name: [] for labels in network.label_sets}
    asking: dict[str, str] = {}
    for batch, states in look:
        asking |= {task: next(iter(kinds)) for task, kinds in batch.targets.items() if len(kinds) == 1}
        for task, kinds in batch.targets.items():
            for name, target in kinds.items():
                if name in found and isinstance(target, LabelTargets):
                    means = context_means(states, target.at, batch.tokens.shape[1])
                    found[name].append((network.label_head(name)(network.states_for(task, means)), target.values))
    reached = {name: _decide(network.label_head(name), pairs) for name, pairs in found.items() if pairs}
    network.train()
    return {task: reached[name] for task, name in asking.items() if name in reached}


def _decide(head: LabelHead, pairs: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Set the cut of a head by logits and values of its classes; return the F1 with it."""
    logits, values = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    head.cut.fill_(best_cut(logits, values) if head.labels.is_multi else best_off(head, logits, values))
    told = Classes(head.said(logits, head.cut).cpu().numpy(), values.cpu().numpy() >= 0.5)
    return (micro_f1 if head.labels.is_multi else macro_f1)(told).value


def best_cut(logits: Tensor, values: Tensor) -> float:
    """The cut with the highest micro-F1 `2 tp / (said + true)`.

    Args:
        logits: `[N, C]`.
        values: `[N, C]`, 1 where a class holds.
    """
    ordered, order = logits.flatten().sort(descending=True)
    said = torch.arange(1, len(ordered) + 1, device=logits.device)
    f1 = 2 * values.flatten()[order].cumsum(0) / (said + values.sum())
    is_last = torch.cat((ordered[1:] < ordered[:-1], ordered.new_ones(1, dtype=torch.bool)))
    return float(ordered[torch.where(is_last, f1, -1.0).argmax()])


def best_off(head: LabelHead, logits: Tensor, values: Tensor) -> float:
    """How many times the log-shares are to be taken off for the highest macro-F1; of equal ones the fewest.

    Args:
        head: whose classes they are.
        logits: `[N, C]`.
        values: `[N, C]`, 1 where the class holds.
    """
    true = values.cpu().numpy() >= 0.5

    def reached(off: float) -> float:
        return macro_f1(Classes(head.said(logits, off).cpu().numpy(), true)).value

    return max(OFF, key=reached)
