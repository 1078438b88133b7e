"""The training loop: one micro-batch of every task group a step, losses made into one gradient, one optimizer step."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import torch
from torch import Tensor, nn

from tastemaker.balancing import Given, TaskLosses, build_combiner
from tastemaker.balancing.config import BalancingConfig
from tastemaker.checkpoint.spent import DATA, FITS, FITTED
from tastemaker.checkpoint.store import Checkpoint, load_checkpoint, replace_best, save_checkpoint
from tastemaker.checkpoint.trained import TrainedModel, by_place
from tastemaker.data.dataset import Dataset
from tastemaker.errors import CheckpointError
from tastemaker.model.batch import Batch
from tastemaker.model.precision import autocast
from tastemaker.tasks.example import Task
from tastemaker.training.broken import GRADIENT, Broken
from tastemaker.training.calibration import calibrate
from tastemaker.training.config import TrainingConfig
from tastemaker.training.early_stopping import EarlyStopping
from tastemaker.training.execution import set_execution
from tastemaker.training.label_cuts import F1, set_label_cuts
from tastemaker.training.label_fit import fit_label_heads, label_rows
from tastemaker.training.log import LossLog
from tastemaker.training.losses import Read, TrivialLosses, read_losses
from tastemaker.training.mixture import SHARE, Mixture, group_tasks
from tastemaker.training.optimizer import build_optimizer, rate_factor, set_rates
from tastemaker.training.pull import Pull
from tastemaker.training.rating_line import set_rating_line
from tastemaker.training.seen import Seen
from tastemaker.training.shared import trunk_and_heads
from tastemaker.training.state import pack_optimizer, unpack_optimizer
from tastemaker.training.stopwatch import Stopwatch
from tastemaker.training.validation import NDCG, Validation, mean_losses, mean_ndcg
from tastemaker.training.watch import Watch

MOST_LOST: Final = 600.0
"""Seconds after which a checkpoint is taken between two validations, too."""


@dataclass(frozen=True)
class Job:
    """What is trained on what, and how."""

    dataset: Dataset
    tasks: Mapping[str, Task]
    model: TrainedModel
    """As initialised; trained in place."""
    config: TrainingConfig
    balancing: BalancingConfig
    out: Path


class Trainer:
    """Holds all that changes while training, which is all that a checkpoint must hold."""

    def __init__(self, job: Job, watch: Watch, device: torch.device) -> None:
        self.job, self.watch, self.device = job, watch, device
        config, tasks = job.config, list(job.tasks.values())
        self.network = job.model.network.to(device)
        set_execution(self.network.backbone, config, device)
        warm_items = int(self.network.item_table.is_warm.any(0).sum())
        self.trivial = TrivialLosses.of(job.dataset, job.model.tokenizer.size, warm_items, self.network.label_sets)
        weights = torch.tensor([task.weight for task in tasks], device=device)
        given = Given(weights, job.balancing, config.seed)
        self.balancer = build_combiner(given, trunk_and_heads(self.network))
        self.pull = Pull.toward(config, job.model, watch.say)
        self.optimizer = build_optimizer(
            self.network, self.balancer, config, job.balancing.learning_rate, self.pull.anchors
        )
        groups = group_tasks(job.dataset, tasks, reads_ahead=job.model.layout.reads_ahead)
        self.mixture = Mixture(job.dataset, groups, job.model.layout, config)
        self.validation = Validation(job.dataset, groups, job.model.layout, config.validation_examples)
        self.stopping = EarlyStopping(config.patience)
        self.seen = Seen()
        self.broken = Broken(config.max_broken_steps)
        self._last: tuple[list[Batch], dict[str, Tensor]] = ([], {})
        self.step = 0
        self.total_steps = math.ceil(config.epochs * self.mixture.size / (config.token_budget * config.accumulate))
        if config.max_steps is not None:
            self.total_steps = min(self.total_steps, config.max_steps)

    def run(self, resume: bool) -> None:
        """Train to the end, to the last step or until early stopping."""
        checkpoint = load_checkpoint(self.job.out, "last") if resume else None
        if checkpoint and checkpoint.step:  # before the first step nothing is known that would not be found again
            self.restore(checkpoint)
        self.clock = Stopwatch(self.job.out, is_resumed=self.step > 0)
        self._kept_at = time.monotonic()
        log = LossLog(self.job.out, self.step)
        self.watch.start(self.total_steps, self.step)
        try:
            if self.step == 0:
                self._validate(log)
            while self.step < self.total_steps and not self.stopping.is_over:
                losses = self._one_step()
                log.write(self.step, "train", losses, self._weights())
                self.watch.step(self.step, losses)
                if self.step % self.job.config.validate_every == 0 or self.step == self.total_steps:
                    self._validate(log)
                elif time.monotonic() - self._kept_at > MOST_LOST:
                    self._keep("last")
        finally:
            log.close()
        self._fit_labels()

    def _one_step(self) -> dict[str, float]:
        """Add up the gradients of so many losses as the recipe says, and take one step."""
        self.network.train()
        config = self.job.config
        set_rates(self.optimizer, rate_factor(self.step, self.total_steps, config.warmup_share, config.warmup_steps))
        parts = [self._backward() for _ in range(config.accumulate)]
        self.balancer.before_step()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), config.gradient_clip)
        self._note({GRADIENT: norm})
        if torch.isfinite(norm):
            self.optimizer.step()
            self.network.update_means()
            self.pull.step(self.optimizer)
            self.balancer.after_step(self._new_losses)
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        names = [name for name in self.job.tasks if any(name in losses for losses in parts)]
        return {name: fmean(losses[name] for losses in parts if name in losses) for name in names}

    def _backward(self) -> dict[str, float]:
        """Turn the losses of all tasks into gradients, which add up; one that is not finite is left out."""
        batches = [batch.to(self.device) for batch in self.seen.read(self.mixture.next())]
        self._last = batches, _random_states(self.device)
        losses, features = self._forward(batches)
        self._note(losses)
        whole = {name: loss for name, loss in losses.items() if torch.isfinite(loss)}
        by_task = tuple(whole.get(name) for name in self.job.tasks)
        self.balancer.backward(TaskLosses(by_task, features, self.job.config.accumulate))
        return {name: float(whole[name].detach()) for name in self.job.tasks if name in whole}

    def _forward(self, batches: Sequence[Batch]) -> tuple[dict[str, Tensor], list[Tensor]]:
        """The losses by task, and the states that they are read from."""
        losses: dict[str, Tensor] = {}
        features = []
        with autocast(self.job.config.precision, self.device):
            vectors = self.network.item_table()
            for batch in batches:
                features.append(self.network(batch, vectors))
                losses |= read_losses(Read(self.network, batch, features[-1], vectors), self.trivial)
        return losses, features

    @torch.no_grad()
    def _new_losses(self) -> Tensor:
        """The losses `[K]` of the last batches anew, with the same dropout; 0 where there is none."""
        batches, states = self._last
        now = _random_states(self.device)
        _set_random_states(states, self.device)
        losses, _ = self._forward(batches)
        _set_random_states(now, self.device)
        zero = torch.zeros((), device=self.device)
        return torch.stack([losses.get(name, zero) for name in self.job.tasks]).nan_to_num(0.0, 0.0, 0.0)

    def _note(self, values: Mapping[str, Tensor]) -> None:
        """Count what is not finite, and say so.

        Raises:
            TrainingError: it has not been for too long.
        """
        for message in self.broken.note(self.step + 1, values):
            self.watch.say(message)

    def _validate(self, log: LossLog) -> None:
        with autocast(self.job.config.precision, self.device):
            look = self.validation.look(self.network)
            found = mean_losses(look, self.trivial)
        losses = self._finite({task: found[task] for task in self.job.tasks if task in found})
        ndcg, f1 = mean_ndcg(look), set_label_cuts(look)
        is_best = self.stopping.update(self.step, losses, ndcg[NDCG] | f1)
        self.mixture.observe(losses)
        metrics = ndcg | ({F1: f1} if f1 else {})
        log.write(self.step, "validation", losses, self._weights(), metrics | {SHARE: self.mixture.shares()})
        shown = {f"{task} {name}": value for name, values in metrics.items() for task, value in values.items()}
        self.watch.validation(self.step, losses | shown, is_best)
        if is_best:
            with autocast(self.job.config.precision, self.device):
                short = self.validation.look_short(self.network)
            calibrate(look, short)
            set_rating_line(look)
        # In this order: killed between the two, training goes on from the last one before.
        self._keep(*(["best"] if is_best else []), "last")

    def _fit_labels(self) -> None:
        """Fit the label heads of the best checkpoint to what its trunk makes of training texts, once."""
        job = self.job
        rows = label_rows(job.dataset, job.tasks.values(), job.model.layout, job.config.fit_examples)
        if not rows:
            return
        best = load_checkpoint(job.out, "best")
        state = best.documents["training"]
        if state.get(FITTED):
            return
        self.watch.say(f"label heads: fitted to {len(rows):,} training texts, which are read once more")
        self.network.load_state_dict(by_place(best.tensors["weights"]))
        with autocast(job.config.precision, self.device):
            reached = fit_label_heads(self.validation.look(self.network), rows)
        self.watch.say(", ".join(f"{name} f1 {f1:.3f} on validation" for name, f1 in reached.items()))
        tensors = {**best.tensors, "weights": job.model.weights()}
        documents = {**best.documents, "training": {**state, FITTED: True}}
        replace_best(job.out, replace(best, tensors=tensors, documents=documents))
        self.clock.write()

    def _finite(self, losses: Mapping[str, float]) -> dict[str, float]:
        """Those of a validation that are finite; the others are named."""
        for message in self.broken.note_validation(self.step, losses):
            self.watch.say(message)
        return {name: loss for name, loss in losses.items() if math.isfinite(loss)}

    def _keep(self, *pointers: str) -> None:
        """Take a checkpoint."""
        save_checkpoint(self.job.out, self.checkpoint(), pointers)
        self.clock.write()
        self._kept_at = time.monotonic()

    def _weights(self) -> dict[str, float]:
        return dict(zip(self.job.tasks, self.balancer.weights().tolist(), strict=True))

    def checkpoint(self) -> Checkpoint:
        """Everything that use and a resumed run need."""
        balancer: dict[str, Tensor] = self.balancer.state_dict()
        tensors = {
            **{f"optimizer.{name}": tensor for name, tensor in pack_optimizer(self.optimizer).items()},
            **{f"balancer.{name}": tensor for name, tensor in balancer.items()},
            **{f"random.{name}": tensor for name, tensor in _random_states(self.device).items()},
        }
        state: dict[str, Any] = {
            "step": self.step,
            "total_steps": self.total_steps,
            "mixture": self.mixture.state(),
            "stopping": self.stopping.state(),
            "pulled_toward": list(self.pull.marks),
            "seen": self.seen.state(),
            "broken": self.broken.state(),
            "is_finished": self.step >= self.total_steps or self.stopping.is_over,
            FITS: bool(self.network.label_sets) and self.job.config.fit_examples > 0,
            DATA: dict(self.job.dataset.info.checksums) if self.job.dataset.info else {},
        }
        documents = self.job.model.documents() | {"training": state}
        return Checkpoint(self.step, {"weights": self.job.model.weights(), "training": tensors}, documents)

    def _check_data(self, state: Mapping[str, Any]) -> None:
        """Rows of a table are what a checkpoint knows items and users by; one from before these were kept is taken."""
        info = self.job.dataset.info
        if info and state.get(DATA, info.checksums) != info.checksums:
            raise CheckpointError(
                f"{self.job.dataset.config.path}: expected the tables that training began with, found others. Prepare "
                "the data set as it was, or begin anew, with --overwrite."
            )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on exactly where `checkpoint` was taken.

        Raises:
            CheckpointError: it was taken on other data, by another version, or with other runs to be pulled toward.
        """
        self._check_data(checkpoint.documents["training"])
        self.pull.check(checkpoint.documents["training"].get("pulled_toward", []))
        self.network.load_state_dict(by_place(checkpoint.tensors["weights"]))
        tensors, state = checkpoint.tensors["training"], checkpoint.documents["training"]
        unpack_optimizer(self.optimizer, _under("optimizer.", tensors))
        try:
            self.balancer.load_state_dict(_under("balancer.", tensors))
        except RuntimeError as error:
            raise CheckpointError(
                f"{self.job.out}: expected what the balancer remembers as this version keeps it, found another: "
                f"{' '.join(str(error).split())} Train into another --out, or begin anew with --overwrite."
            ) from None
        _set_random_states(_under("random.", tensors), self.device)
        self.mixture.restore(state["mixture"])
        self.stopping.restore(state["stopping"])
        self.seen.restore(state.get("seen"))
        self.broken.restore(state["broken"])
        self.step = state["step"]


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _random_states(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def _set_random_states(states: Mapping[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
