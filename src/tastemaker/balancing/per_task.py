"""Gradient aggregation in the loop: each task's gradient in what is shared, and from all of them one.

Every loss is differentiated by itself, which walks its own graph alone: tasks have micro-batches of their own, and
`torchjd.autojac.jac` would walk all graphs once for each loss. What a single task uses, such as its head, gets the
plain gradient of Σ λᵢ Lᵢ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tastemaker.balancing.aggregator import Aggregator
from tastemaker.balancing.combiner import Combiner, TaskLosses
from tastemaker.balancing.features import feature_jacobian
from tastemaker.balancing.reach import reached


@dataclass(frozen=True)
class Parameters:
    """What is trained."""

    trunk: Sequence[Tensor]
    """What several tasks may share."""
    heads: Sequence[Tensor]
    """What gets plain gradients however many tasks use it."""


class PerTaskGradients(Combiner):
    """Any `Aggregator`, in every step or in one of `every`, on gradients in parameters or in features.

    Tasks may take turns, so each has its steps counted: one of `every` in which it takes part is due. In the steps
    between, and always on features, the shared gradient is that of Σ wᵢ Lᵢ with the weights found last:
    a backward pass of usual cost. A method that has no weights of tasks takes λ between.
    """

    found: Tensor
    """`[K]`, the weights found last, λ of a task that has not taken part yet."""
    since: Tensor
    """`[K]`, steps with a task since its gradient was last taken; `every` where it never was."""
    reach: Tensor
    """`[K, P]`, whether the loss of a task was seen to depend on each parameter of the trunk."""

    def __init__(self, aggregator: Aggregator, parameters: Parameters, every: int, *, on_features: bool) -> None:
        super().__init__()
        self.aggregator, self.every, self.on_features = aggregator, every, on_features
        self.parameters_of = parameters
        weights = aggregator.task_weights
        self.register_buffer("found", weights.clone())
        self.register_buffer("since", torch.full_like(weights, every, dtype=torch.long))
        self.register_buffer("reach", torch.zeros(len(weights), len(parameters.trunk), dtype=torch.bool))
        self._jacobian: dict[int, Tensor] = {}
        self._turn: tuple[bool, Tensor] | None = None
        """Whether the step at hand is due, and who takes part in it, `[K]`; None before its first part."""
        self._counted = (False, torch.zeros_like(self.since, dtype=torch.bool))
        """The same of the last whole step."""

    def backward(self, step: TaskLosses) -> None:
        """See `Combiner.backward`."""
        if all(loss is None for loss in step.losses):
            return
        self._see(step)
        is_due = self._take_turn(step)
        if is_due and not self.on_features:
            self._differentiate(step)
            return
        if is_due:
            jacobian = feature_jacobian(step.losses, step.features)
            self._find(jacobian @ jacobian.T)
        self._descend(step)

    def before_step(self) -> None:
        """Turn the Jacobian of the step, if it has one, into gradients."""
        self._counted, self._turn = self._turn or (False, torch.zeros_like(self._counted[1])), None
        if not self._jacobian:
            return
        blocks = {place: block.flatten(1) for place, block in self._jacobian.items()}
        self._jacobian = {}
        weights = self._find(torch.stack([block @ block.T for block in blocks.values()]).sum(0))
        for place, block in blocks.items():
            parameter = self.parameters_of.trunk[place]
            gradient = self.aggregator(block) if weights is None else weights @ block
            _add(parameter, gradient.view_as(parameter))

    def after_step(self, new_losses: Callable[[], Tensor]) -> None:
        """Count the step for those that took part in it."""
        is_due, present = self._counted
        self.since = torch.where(present, 1 if is_due else self.since + 1, self.since)

    def weights(self) -> Tensor:
        """See `Combiner.weights`."""
        return self.found

    def _see(self, step: TaskLosses) -> None:
        """Learn what tasks that were not there before depend on."""
        for task, loss in enumerate(step.losses):
            if loss is not None and not self.reach[task].any():
                self.reach[task] = reached(loss, self.parameters_of.trunk)

    def _take_turn(self, step: TaskLosses) -> bool:
        """Whether the step is due, as the first of its parts says."""
        present = torch.tensor([loss is not None for loss in step.losses], device=self.since.device)
        is_due, before = self._turn or (bool((self.since[present] >= self.every).any()), present)
        self._turn = is_due, before | present
        return is_due

    def _split(self) -> tuple[list[int], list[Tensor]]:
        """Places in the trunk of what several tasks share, and all else."""
        is_shared = (self.reach.sum(0) > 1).tolist()
        trunk = self.parameters_of.trunk
        alone = [parameter for parameter, shared in zip(trunk, is_shared, strict=True) if not shared]
        return [place for place, shared in enumerate(is_shared) if shared], [*alone, *self.parameters_of.heads]

    def _differentiate(self, step: TaskLosses) -> None:
        """Add the gradients of every loss to the Jacobian of the step, or where they belong."""
        places, own = self._split()
        inputs = [*(self.parameters_of.trunk[place] for place in places), *own]
        given = self.aggregator.task_weights
        for task, loss in enumerate(step.losses):
            if loss is None:
                continue
            found = torch.autograd.grad(loss / step.parts, inputs, retain_graph=True, allow_unused=True)
            for place, gradient in zip(places, found, strict=False):
                if gradient is not None:
                    self._rows(place, gradient)[task] += gradient
            for parameter, gradient in zip(own, found[len(places) :], strict=True):
                if gradient is not None:
                    _add(parameter, given[task] * gradient)

    def _rows(self, place: int, gradient: Tensor) -> Tensor:
        """The Jacobian in one parameter, `[K, ...]`."""
        if place not in self._jacobian:
            self._jacobian[place] = gradient.new_zeros(len(self.found), *gradient.shape)
        return self._jacobian[place]

    def _find(self, gramian: Tensor) -> Tensor | None:
        """The weights of this step; those of tasks that say nothing in it are left as they were found."""
        weights = self.aggregator.weights(gramian)
        if weights is not None:
            self.found = torch.where(gramian.diagonal() > 0, weights, self.found)
        return weights

    def _descend(self, step: TaskLosses) -> None:
        """The gradient of Σ wᵢ Lᵢ in what is shared, that of Σ λᵢ Lᵢ in all else."""
        places, own = self._split()
        shared = [self.parameters_of.trunk[place] for place in places]
        for weights, inputs in ((self.aggregator.task_weights, own), (self.found, shared)):
            pairs = [(weight, loss) for weight, loss in zip(weights, step.losses, strict=True) if loss is not None]
            total = torch.stack([weight * loss for weight, loss in pairs]).sum() / step.parts
            if inputs:
                torch.autograd.backward(total, inputs=inputs, retain_graph=weights is not self.found)


def _add(parameter: Tensor, gradient: Tensor) -> None:
    """Add to the gradient of a parameter."""
    gradient = gradient.to(parameter.dtype)
    parameter.grad = gradient.detach().clone() if parameter.grad is None else parameter.grad + gradient
