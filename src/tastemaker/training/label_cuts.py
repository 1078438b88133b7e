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
from dataclasses import dataclass
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


@dataclass(frozen=True)
class LabelStates:
    """What a label head reads of contexts, and which of its classes hold."""

    states: Tensor
    """`[N, D]`, means over contexts, as the head's task reads them."""
    values: Tensor
    """`[N, C]`, 1 where a class holds."""

    @classmethod
    def joined(cls, parts: Sequence["LabelStates"]) -> "LabelStates":
        """Those of all parts."""
        return cls(torch.cat([part.states for part in parts]), torch.cat([part.values for part in parts]))


@torch.no_grad()
def label_states(look: Look) -> dict[str, LabelStates]:
    """By label set, what its head reads in a look; the network has to be in evaluation mode."""
    network = look.network
    found: dict[str, list[LabelStates]] = {labels.name: [] for labels in network.label_sets}
    for batch, states in look:
        for task, kinds in batch.targets.items():
            for name, target in kinds.items():
                if name in found and isinstance(target, LabelTargets):
                    means = context_means(states, target.at, batch.tokens.shape[1])
                    found[name].append(LabelStates(network.states_for(task, means), target.values))
    return {name: LabelStates.joined(parts) for name, parts in found.items() if parts}


@torch.no_grad()
def set_label_cuts(look: Look) -> dict[str, float]:
    """Set the cut of every label head; the network is back in training mode after.

    Returns:
        For every task that asks for labels and nothing else the F1 of its head on these batches, micro where several
        classes may hold and macro where one does.
    """
    network = look.network.eval()
    reached = {name: decide(network.label_head(name), it) for name, it in label_states(look).items()}
    network.train()
    targets = [(task, kinds) for batch in look.batches for task, kinds in batch.targets.items()]
    asking = {task: next(iter(kinds)) for task, kinds in targets if len(kinds) == 1}
    return {task: reached[name] for task, name in asking.items() if name in reached}


def decide(head: LabelHead, read: LabelStates) -> float:
    """Set the cut of a head by what it reads and what is true; return the F1 with it."""
    logits, values = head(read.states), read.values
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
