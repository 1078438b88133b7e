"""How the tasks of a training agree: gradient cosines and look-ahead affinity, measured while it goes on.

Every so many steps the batches of the next step are looked at, the gradient of every task on them is taken, and each
task's share of the step is tried on all tasks. Training is not changed by it: weights stand still, batches are put
back, and generators go on as if nothing had been drawn. Losses before and after are of the network in training mode
with equal dropout, from one seed: evaluation mode would let a rating be read off its own item's tally.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from tastemaker.errors import TrainingError
from tastemaker.model.batch import Batch
from tastemaker.model.network import Network
from tastemaker.model.precision import autocast
from tastemaker.training.look_ahead import Weights, look_ahead, weights_after
from tastemaker.training.loop import Trainer
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.task_gradients import (
    Gradient,
    gradient_cosines,
    gradient_norms,
    gramian,
    shared_parameters,
    task_gradients,
)
from tastemaker.training.watch import Silent, Watch

FloatArray = NDArray[np.float64]
BACKBONE: Final = "backbone."
"""How the names of its weights begin."""


@dataclass(frozen=True)
class Measurement:
    """How `K` tasks agreed at one step; NaN where a task had no target, or a loss was not finite."""

    step: int
    losses: FloatArray
    """`[K]`, in units of the trivial loss."""
    norms: FloatArray
    """`[K]`, lengths of the gradients in the shared parameters."""
    cosines: FloatArray
    """`[K, K]`, of the gradients in the shared parameters."""
    trunk_cosines: FloatArray
    """`[K, K]`, the same in the backbone alone: in item vectors and heads, which few tasks move, gradients are long."""
    affinity: FloatArray
    """`[K, K]`, by the task whose step it is, then the task whose loss is watched."""


class StepLosses(nn.Module):
    """The losses of a step's batches; a module, so that it can be called with other weights than the network's own."""

    def __init__(self, network: Network, trivial: TrivialLosses) -> None:
        super().__init__()
        self.network, self.trivial = network, trivial

    def forward(self, batches: Sequence[Batch]) -> dict[str, Tensor]:
        """The loss of every task that has targets in the batches."""
        vectors = self.network.item_table()
        losses: dict[str, Tensor] = {}
        for batch in batches:
            losses |= task_losses(self.network, batch, vectors, self.trivial)
        return losses


class Measuring(Silent):
    """Watches a training and measures after every so many steps; tells another watch whatever it is told."""

    def __init__(self, trainer: Trainer, every: int, watch: Watch) -> None:
        self.trainer, self.every, self.watch = trainer, every, watch
        self.found: list[Measurement] = []

    def start(self, total_steps: int, first_step: int) -> None:
        """See `Watch`."""
        self.watch.start(total_steps, first_step)

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """See `Watch`."""
        self.watch.step(step, losses)
        if step % self.every == 0:
            self.found.append(measure(self.trainer))

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """See `Watch`."""
        self.watch.validation(step, losses, is_best)

    def say(self, message: str) -> None:
        """See `Watch`."""
        self.watch.say(message)


def measure(trainer: Trainer) -> Measurement:
    """Measure on the batches of the coming step; the trainer is left as it was.

    Raises:
        TrainingError: no task has a finite loss.
    """
    with _undisturbed(trainer):
        coming = Coming.of(trainer)
        losses = {name: loss for name, loss in coming.losses({}).items() if loss.isfinite()}
        if not losses:
            raise TrainingError(
                f"step {trainer.step}: expected losses to measure, found none that is finite. Lower "
                "training.learning_rate, and look at what `tastemaker train` says of this recipe."
            )
        gradients = task_gradients(list(losses.values()), list(coming.weights.values()))
        shared = shared_parameters(gradients)
        products, in_trunk = gramian(gradients, shared), gramian(gradients, coming.trunk)
        figures = (
            _stacked(losses, losses),
            gradient_norms(products),
            gradient_cosines(products),
            gradient_cosines(in_trunk),
            _affinity(coming, losses, gradients, shared),
        )
    places = [list(trainer.job.tasks).index(name) for name in losses]
    return Measurement(trainer.step, *(_placed(it, places, len(trainer.job.tasks)) for it in figures))


@dataclass(frozen=True)
class Coming:
    """The step that training takes next."""

    trainer: Trainer
    batches: Sequence[Batch]
    weights: dict[str, nn.Parameter]
    """That are trained."""

    @classmethod
    def of(cls, trainer: Trainer) -> "Coming":
        """Look at the batches and put them back."""
        state = trainer.mixture.state()
        batches = [batch.to(trainer.device) for batch in trainer.mixture.next()]
        trainer.mixture.restore(state)
        return cls(trainer, batches, {name: it for name, it in trainer.network.named_parameters() if it.requires_grad})

    @property
    def trunk(self) -> list[int]:
        """Places of the backbone's weights."""
        return [place for place, name in enumerate(self.weights) if name.startswith(BACKBONE)]

    def losses(self, weights: Weights) -> dict[str, Tensor]:
        """By task, with some weights in the place of the network's own and with the same dropout at every call."""
        torch.manual_seed(self.trainer.step)
        named = {f"network.{name}": tensor for name, tensor in weights.items()}
        of_step = StepLosses(self.trainer.network, self.trainer.trivial)
        with autocast(self.trainer.job.config.precision, self.trainer.device):
            found: dict[str, Tensor] = functional_call(of_step, named, (self.batches,))
        return {name: found[name] for name in self.trainer.job.tasks if name in found}

    def named(self, gradient: Gradient, places: Sequence[int]) -> Weights:
        """A gradient by name, of the parameters in `places` that it reaches."""
        names = list(self.weights)
        return {names[place]: part for place in places if (part := gradient[place]) is not None}


def _affinity(
    coming: Coming, losses: Mapping[str, Tensor], gradients: Sequence[Gradient], shared: Sequence[int]
) -> Tensor:
    """Of all tasks on all, `[K, K]`, by each one's share of the coming step in the shared parameters."""
    entering = _entering(coming.trainer, list(losses), gradients)
    joint = coming.named(_added_up(entering), shared)
    steps = (
        weights_after(coming.weights, coming.named(gradient, shared), joint, coming.trainer.optimizer)
        for gradient in entering
    )
    return look_ahead(lambda weights: _stacked(coming.losses(weights), losses), _stacked(losses, losses), steps)


def _entering(trainer: Trainer, names: Sequence[str], gradients: Sequence[Gradient]) -> list[Gradient]:
    """The gradients as they enter the step: weighted as in the recipe, and clipped as their sum is."""
    weights = torch.tensor([trainer.job.tasks[name].weight for name in names], dtype=torch.float64)
    products = gramian(gradients, range(len(gradients[0])))
    norm = float((weights @ products @ weights).clamp_min(0).sqrt())
    kept = min(1.0, trainer.job.config.gradient_clip / max(norm, 1e-12))
    scales = (kept * weights).tolist()
    return [
        [None if part is None else scale * part for part in gradient]
        for scale, gradient in zip(scales, gradients, strict=True)
    ]


def _added_up(gradients: Sequence[Gradient]) -> Gradient:
    """The sum over tasks."""
    parts = ([part for part in of_all if part is not None] for of_all in zip(*gradients, strict=True))
    return [torch.stack(known).sum(0) if known else None for known in parts]


def _stacked(losses: Mapping[str, Tensor], names: Iterable[str]) -> Tensor:
    return torch.stack([losses[name].detach() for name in names])


def _placed(figures: Tensor, places: Sequence[int], tasks: int) -> FloatArray:
    """Figures `[N]` or `[N, N]` among those of all tasks, `[K]` or `[K, K]`; NaN elsewhere."""
    whole = np.full((tasks,) * figures.ndim, np.nan)
    whole[np.ix_(*[places] * figures.ndim)] = figures.detach().cpu().numpy()
    return whole


@contextmanager
def _undisturbed(trainer: Trainer) -> Iterator[None]:
    """Generators go on afterwards as if nothing had been drawn, and the network is in the mode that it was in."""
    was_training = trainer.network.training
    kind = trainer.device.type
    devices = [] if kind == "cpu" else [trainer.device]
    with torch.random.fork_rng(devices, device_type="cuda" if kind == "cpu" else kind):
        trainer.network.train()
        yield
    trainer.network.train(was_training)
