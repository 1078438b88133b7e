"""Label heads anew, on states of a trunk that learns no more.

While a trunk learns, a head of classes follows states that move, a few labels a step; what they tell of a class when
all is learnt is more than the head says. So at the end the best checkpoint reads the training texts once more, and each
head becomes the logistic regression on their states whose ridge, of a few, has the best F1 on validation; where none is
better, it stays as it was.

Source:
    Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import torch
from torch import Tensor

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.label_head import LabelHead
from tastemaker.model.layout import Layout
from tastemaker.model.row import Row
from tastemaker.tasks.example import Task
from tastemaker.tasks.labels import Labelling
from tastemaker.training.label_cuts import LabelStates, decide, label_states
from tastemaker.training.look import Look
from tastemaker.training.mixture import TaskGroup
from tastemaker.training.validation import batched, sample

RIDGES: Final = (0.001, 0.003, 0.01, 0.03, 0.1)
"""How strongly the weights of standardised states are held near 0, as far as it is tried."""
ITERATIONS: Final = 100


def label_rows(dataset: Dataset, tasks: Iterable[Task], layout: Layout, most: int) -> list[Row]:
    """The training texts of tasks that label, of each at most `most`, a fixed seeded sample."""
    groups = [TaskGroup((task,)) for task in tasks if most and isinstance(task, Labelling)]
    return [row for group in groups for row in sample(group.rows(dataset, Split.TRAIN, layout), most)]


@torch.no_grad()
def fit_label_heads(look: Look, rows: list[Row]) -> dict[str, float]:
    """Give every label head the weights that fit the states of `rows`, where validation says so, and its cut.

    States are read as `torch.autocast` has it; heads are fitted in single precision.

    Args:
        look: at validation, of a network that has learnt.
        rows: training texts, see `label_rows`.

    Returns:
        By head the F1 on validation; the network is in the mode that it was in.
    """
    network = look.network
    was_training = network.training
    network.eval()
    learnt, held_out = _joined(_read(look, rows)), label_states(look)
    with torch.autocast(look.vectors.device.type, enabled=False):
        reached = {name: _fit(network.label_head(name), learnt[name], it) for name, it in held_out.items()}
    network.train(was_training)
    return reached


def _read(look: Look, rows: list[Row]) -> Iterator[dict[str, LabelStates]]:
    """What is told in training texts, a batch at a time, so that states of all positions are never held."""
    for batch in batched(rows):
        yield label_states(Look.at(look.network, [batch]))


def _joined(parts: Iterable[dict[str, LabelStates]]) -> dict[str, LabelStates]:
    by_name: dict[str, list[LabelStates]] = {}
    for part in parts:
        for name, found in part.items():
            by_name.setdefault(name, []).append(found)
    return {name: LabelStates.joined(found) for name, found in by_name.items()}


def _fit(head: LabelHead, learnt: LabelStates, held_out: LabelStates) -> float:
    """Settle a head on the best of its own weights and those of every ridge; return the F1 on validation."""
    choices = [(head.mean_weight.clone(), head.mean_bias.clone())]
    choices += [_regression(head, learnt, ridge) for ridge in RIDGES]
    reached = []
    for weight, bias in choices:
        head.settle(weight, bias)
        reached.append(decide(head, held_out))
    head.settle(*choices[int(np.argmax(reached))])
    return decide(head, held_out)


def _regression(head: LabelHead, learnt: LabelStates, ridge: float) -> tuple[Tensor, Tensor]:
    """Weight `[C, D]` and bias `[C]` of the logistic regression on standardised states, by L-BFGS."""
    mean, spread = learnt.states.mean(0), learnt.states.std(0).clamp_min(1e-6)
    states = (learnt.states - mean) / spread
    weight = torch.zeros_like(head.mean_weight).requires_grad_()
    bias = head.starts.to(states.device).clone().requires_grad_()
    search = torch.optim.LBFGS([weight, bias], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def step() -> Tensor:
        search.zero_grad()
        loss = head.loss_of(states @ weight.T + bias, learnt.values) + ridge * weight.square().sum() / 2
        torch.autograd.backward(loss)
        return loss

    with torch.enable_grad():
        search.step(step)  # type: ignore[no-untyped-call]
    plain = weight.detach() / spread
    return plain, bias.detach() - plain @ mean
