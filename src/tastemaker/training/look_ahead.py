"""What a task's share of an optimizer step does to the losses of all tasks, tried without taking the step.

The step is tried on copies: the network computes with other tensors in the place of its weights. So weights, optimizer
and gradients are never touched, and there is nothing to undo.

Source:
    Fifty et al., "Efficiently Identifying Task Groupings for Multi-Task Learning", NeurIPS 2021, section 3.1.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]
"""Tensors by the name of the parameter that they stand for."""


def weights_after(weights: Weights, gradient: Weights, joint: Weights, optimizer: torch.optim.AdamW) -> Weights:
    """The weights after the share that one task's gradient has in the next step of AdamW.

    The step falls into the shares of all tasks' gradients, which add up, and what momentum and weight decay do beside
    them. Learning rate and moments are those of the optimizer at present.

    Args:
        weights: the optimizer's own parameters.
        gradient: as it enters the step, weighted and clipped; a parameter that it lacks stays.
        joint: the sum over all tasks of what enters the step.
        optimizer: is read, never changed.
    """
    groups = {id(parameter): group for group in optimizer.param_groups for parameter in group["params"]}
    found = {}
    for name, part in gradient.items():
        scale = _scale(joint[name], groups[id(weights[name])], optimizer.state.get(weights[name], {}))
        found[name] = weights[name].detach() - scale * part
    return found


def _scale(joint: Tensor, group: Mapping[str, Any], state: Mapping[str, Any]) -> Tensor:
    """What AdamW multiplies a gradient by, entry by entry: the moments take in the joint gradient first."""
    first, second = group["betas"]
    step = float(state["step"]) + 1 if state else 1.0
    moments = (1 - second) * joint.square() + (second * state["exp_avg_sq"] if state else 0.0)
    rate = group["lr"] * (1 - first) / (1 - first**step)
    return rate / ((moments / (1 - second**step)).sqrt() + group["eps"])  # type: ignore[no-any-return]


def look_ahead(losses: Callable[[Weights], Tensor], before: Tensor, steps: Iterable[Weights]) -> Tensor:
    """Inter-task affinity: the share of its loss that each task loses by a step on each task.

    Args:
        losses: of all tasks on one batch, `[K]`, with these weights in the place of the network's own; draws the same
            dropout every time.
        before: the same with the network's own weights, `[K]`.
        steps: the weights after a step on each task's gradient, `K` of them.

    Returns:
        `[K, K]`, 1 - L_j(after a step on i) / L_j(before): positive where a step on task i helps task j.
    """
    with torch.no_grad():
        after = torch.stack([losses(weights) for weights in steps])
    return 1 - after.double() / before.double()
