"""Pulls what tasks share toward the weights of earlier runs, such as those of each task alone.

    θ ← θ − η λ (θ − mean of θ_r over the runs r)

after every step of the optimizer, η being its learning rate: apart from the gradient, as AdamW decays weights, and in
place of that decay, which pulls toward zero. It acts on the trunk, on item and on action vectors; heads are left free.
So are token vectors where vocabularies differ, as a row means another token there.

Source:
    Li et al., "Explicit Inductive Bias for Transfer Learning with Convolutional Networks", ICML 2018 (L2-SP).
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from tastemaker.checkpoint.store import Checkpoint, checkpoint_folder, load_checkpoint, read_json
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.errors import CheckpointError, RecipeError
from tastemaker.training.config import TrainingConfig

PULLED: Final = ("backbone.", "item_table.", "action_embedding.", "item_query.")
"""How the names of parameters begin that are pulled."""


@dataclass(frozen=True)
class Pull:
    """Where each shared parameter is pulled, and how strongly."""

    strength: float = 0.0
    anchors: Mapping[str, Tensor] = field(default_factory=dict)
    """The mean weights of the runs, by the parameter's name."""
    marks: Sequence[str] = ()
    """Checksums of the runs' weights: a resumed run must be pulled toward the same."""
    _targets: Mapping[int, Tensor] = field(default_factory=dict)
    """The anchors by the identity of the parameter."""

    @classmethod
    def toward(cls, config: TrainingConfig, model: TrainedModel, say: Callable[[str], None]) -> "Pull":
        """Toward the best checkpoints of the runs that a recipe names; nowhere without a strength.

        Raises:
            CheckpointError: one of them is no run, or a broken one.
            RecipeError: one of them has another catalog, or parameters of another name or shape.
        """
        if not config.pull:
            return Pull()
        parameters = {
            name: parameter
            for name, parameter in model.network.named_parameters()
            if name.startswith(PULLED) and parameter.requires_grad
        }
        found = [load_checkpoint(Path(run), "best") for run in config.pull_toward]
        if any(it.documents["tokenizer"] != model.tokenizer.to_json() for it in found):
            say("training.pull_toward: the vocabulary of a run differs, so that token vectors are not pulled")
            parameters = {name: parameters[name] for name in parameters.keys() - _token_tables(model)}
        for run, checkpoint in zip(config.pull_toward, found, strict=True):
            _check(run, checkpoint, model, parameters)
        anchors = {
            name: torch.stack([it.tensors["weights"][name].to(parameter) for it in found]).mean(0)
            for name, parameter in parameters.items()
        }
        targets = {id(parameters[name]): anchor for name, anchor in anchors.items()}
        return Pull(config.pull, anchors, [_mark(Path(run)) for run in config.pull_toward], targets)

    def check(self, marks: Sequence[str]) -> None:
        """A resumed run must be pulled toward what it was pulled toward before.

        Raises:
            CheckpointError: a run has changed since.
        """
        if list(marks) != list(self.marks):
            raise CheckpointError(
                "training.pull_toward: to resume, expected the runs as they were when training began, found other "
                "weights. Train into another --out instead."
            )

    @torch.no_grad()
    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Pull every parameter once, at the learning rate that the optimizer has for it."""
        for group in optimizer.param_groups if self.anchors else ():
            share = min(1.0, group["lr"] * self.strength)
            for parameter in group["params"]:
                if id(parameter) in self._targets:
                    parameter.lerp_(self._targets[id(parameter)], share)


def _check(run: str, checkpoint: Checkpoint, model: TrainedModel, parameters: Mapping[str, nn.Parameter]) -> None:
    """A run can be pulled toward if the same numbers mean the same in it."""
    items = [fields["item_id"] for fields in checkpoint.documents["catalog"]]
    if items != [item.item_id for item in model.catalog]:
        raise RecipeError(
            f"training.pull_toward: {run}: expected a run on the same catalog of {len(model.catalog)} items, found "
            f"another of {len(items)}. Name runs on data.path."
        )
    for name, parameter in parameters.items():
        weight = checkpoint.tensors["weights"].get(name)
        if weight is None or weight.shape != parameter.shape:
            what = "none" if weight is None else f"one of {list(weight.shape)}"
            raise RecipeError(
                f"training.pull_toward: {run}: expected a parameter {name} of {list(parameter.shape)}, found {what}. "
                "Name runs with the same [model]."
            )


def _token_tables(model: TrainedModel) -> set[str]:
    """The parameters that have a row for every token: what token vectors, and logits of text, are made of."""
    backbone = model.network.backbone
    learnt = {name: parameter for name, parameter in model.network.named_parameters() if parameter.requires_grad}
    ends = model.network.item_table.content.new_tensor([[0, model.tokenizer.size - 1]], dtype=torch.long)
    made = backbone.token_vectors(ends).sum()
    if backbone.writes:
        made = made + backbone.text_logits(torch.ones_like(made).expand(1, backbone.width)).sum()
    if not made.requires_grad:
        return set()
    slopes = torch.autograd.grad(made, list(learnt.values()), allow_unused=True)
    return {name for name, slope in zip(learnt, slopes, strict=True) if slope is not None}


def _mark(run: Path) -> str:
    manifest = read_json(checkpoint_folder(run, "best") / "manifest.json")
    return str(manifest["files"]["weights.safetensors"])
