"""`MultiTaskModel`: any Transformer with several heads, token ids in and the logits of every head out.

For research with models and losses of one's own; `tastemaker train` needs none of this. It is an `nn.Module` like any
other: `state_dict` is all that is to be saved.
"""

import inspect
from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn

from tastemaker.errors import ModelError
from tastemaker.model.anatomy import positions_of
from tastemaker.model.base_model import base_model
from tastemaker.model.task_heads import ClassifierHead, Head, ModuleHead

_WEIGHTS_OF: Final = "_head"
"""Behind a head's name in `state_dict`: a task may be called `items` or `type`, which a `ModuleDict` cannot hold."""


class MultiTaskModel(nn.Module):
    """One shared backbone and a head for every task.

    Args:
        backbone: a model of transformers, which is trained in place, or a local folder or hub id. Of a model with a
            head of its own, such as `BertForSequenceClassification`, the base model is taken and the head left out;
            of an encoder-decoder, such as `T5Model`, the encoder.
        heads: by task: the number of classes, a head of `tastemaker.model.task_heads`, or a module that turns the mean
            state `[B, D]` of a text into its logits.

    Raises:
        ModelError: a head or the backbone is none of these.
        DownloadError: no model has this name.
    """

    def __init__(self, backbone: nn.Module | str, heads: Mapping[str, int | Head | nn.Module]) -> None:
        super().__init__()
        self.backbone: Any = base_model(backbone)
        self.tasks = {name: _head(name, head) for name, head in heads.items()}
        if not self.tasks:
            raise ModelError('heads: expected at least one, such as {"sentiment": 3}, found none.')
        width = self.backbone.config.hidden_size
        self.heads = nn.ModuleDict({name + _WEIGHTS_OF: head.build(width) for name, head in self.tasks.items()})
        self.heads.to(self.backbone.device)
        self._reads = frozenset(inspect.signature(self.backbone.forward).parameters)

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        *,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """The logits of every head; what a tokenizer of transformers returns can be passed as `**encoded`.

        Args:
            input_ids: `[B, T]`, or `inputs_embeds` instead.
            attention_mask: `[B, T]`, 0 where padding stands, on either side; by default there is none.
            token_type_ids: `[B, T]`; all 0, as tokenizers of single texts give, where the backbone reads none.
            inputs_embeds: `[B, T, D]`.

        Raises:
            ModelError: the inputs do not fit one another or the backbone.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ModelError(
                f"expected input_ids or inputs_embeds, found {'neither' if input_ids is None else 'both'}."
            )
        given = {"input_ids": input_ids, "inputs_embeds": inputs_embeds, "token_type_ids": token_type_ids}
        inputs = {name: tensor for name, tensor in given.items() if tensor is not None}
        self._check(inputs)
        if "token_type_ids" not in self._reads:
            inputs.pop("token_type_ids", None)
        mask = _mask(next(iter(inputs.values())), attention_mask)
        states = self._states(inputs, mask)
        return {name: self._logits(name, head.read(states, mask)) for name, head in self.tasks.items()}

    def losses(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The mean loss of every task that has targets, in the order of the heads.

        Stacked to `[K]` they are what `tastemaker.balancing` combines: `balancer(torch.stack([*losses.values()]))`.

        Raises:
            ModelError: targets of an unknown task, or that do not fit its head.
        """
        for name in targets:
            if name not in self.tasks:
                raise ModelError(f"targets: expected some of the heads {', '.join(self.tasks)}, found {name!r}.")
        return {name: self._loss(name, outputs[name], targets[name]) for name in self.tasks if name in targets}

    def _loss(self, name: str, logits: Tensor, targets: Tensor) -> Tensor:
        try:
            return self.tasks[name].loss(logits, targets)
        except ModelError as error:
            raise ModelError(f"targets[{name!r}]: {error}") from None

    def _logits(self, name: str, read: Tensor) -> Tensor:
        """What a head makes of what it reads, in the type of its weights."""
        module = self.heads[name + _WEIGHTS_OF]
        logits: Tensor = module(read.to(next(module.parameters(), read).dtype))
        return logits

    def _states(self, inputs: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """States `[B, T, D]`. Padding goes to the right, where no backbone counts its positions, and comes back."""
        order = mask.logical_not().int().argsort(dim=1, stable=True)
        moved = {name: _along(tensor, order) for name, tensor in inputs.items()}
        settings = {"use_cache": False} if "use_cache" in self._reads else {}
        output = self.backbone(**moved, attention_mask=_along(mask, order).long(), **settings)
        if getattr(output, "last_hidden_state", None) is None:
            kind = type(self.backbone).__name__
            raise ModelError(f"backbone: {kind} returns no last_hidden_state. Pass the model in it that has no head.")
        return _along(output.last_hidden_state, order.argsort(dim=1))

    def _check(self, inputs: Mapping[str, Tensor]) -> None:
        """What the backbone would answer with an error of its own, or, reading nothing of it, with none."""
        kind, config = type(self.backbone).__name__, self.backbone.config
        if "token_type_ids" not in self._reads and bool(inputs.get("token_type_ids", torch.zeros(1)).any()):
            raise ModelError(f"token_type_ids: {kind} reads texts of one kind, all 0, found others. Leave them out.")
        first, *_ = inputs
        size = inputs[first].shape[:2]
        for name, tensor in inputs.items():
            if name == "inputs_embeds":
                _check_vectors(name, tensor, self.backbone.get_input_embeddings().weight.shape[1])
            else:
                _check_tokens(name, tensor)
            _check_size(name, tensor, size)
        longest = positions_of(config)
        if longest is not None and size[1] > longest:
            raise ModelError(f"{kind} reads at most {longest} positions, found {size[1]}. Truncate the texts.")
        tokens = getattr(config, "vocab_size", None)
        if tokens is not None and "input_ids" in inputs:
            lowest, highest = (int(end) for end in inputs["input_ids"].aminmax())
            if lowest < 0 or highest >= tokens:
                found = lowest if lowest < 0 else highest
                raise ModelError(
                    f"input_ids: {kind} has tokens 0 to {tokens - 1}, found {found}. Use its own tokenizer."
                )


def _head(name: str, head: int | Head | nn.Module) -> Head:
    if not isinstance(name, str) or not name or "." in name:
        raise ModelError(f"heads: expected names without a dot, found {name!r}.")
    if isinstance(head, int):
        return _classifier(name, head)
    if isinstance(head, nn.Module):
        return ModuleHead(head)
    if not all(hasattr(head, part) for part in ("build", "read", "loss")):
        raise ModelError(
            f"heads[{name!r}]: expected a number of classes, a head as ClassifierHead(3) is, or a module, "
            f"found {head!r}."
        )
    return head


def _classifier(name: str, classes: int) -> Head:
    try:
        return ClassifierHead(classes)
    except ModelError as error:
        raise ModelError(f"heads[{name!r}]: {error}") from None


def _mask(texts: Tensor, attention_mask: Tensor | None) -> Tensor:
    """Which positions are real, `[B, T]`."""
    size = texts.shape[:2]
    if attention_mask is None:
        return torch.ones(size, dtype=torch.bool, device=texts.device)
    _check_size("attention_mask", attention_mask, size)
    mask = attention_mask.bool()
    is_empty = ~mask.any(1)
    if is_empty.any():
        raise ModelError(
            f"attention_mask: expected a real position in every row, found none in row {int(is_empty.int().argmax())}. "
            "Leave empty texts out."
        )
    return mask


def _check_tokens(name: str, tensor: Tensor) -> None:
    """Whole numbers `[B, T]`, at least one."""
    is_whole = not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)
    if not is_whole or tensor.ndim != 2 or not tensor.numel():
        raise ModelError(f"{name}: expected whole numbers [B, T], at least one, found {_form(tensor)}.")


def _check_vectors(name: str, tensor: Tensor, width: int) -> None:
    """Vectors `[B, T, D]`, at least one."""
    if not tensor.is_floating_point() or tensor.ndim != 3 or tensor.shape[2] != width or not tensor.numel():
        raise ModelError(f"{name}: expected vectors [B, T, {width}], at least one, found {_form(tensor)}.")


def _form(tensor: Tensor) -> str:
    return f"{list(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')}"


def _check_size(name: str, tensor: Tensor, size: torch.Size) -> None:
    if tensor.shape[:2] != size:
        raise ModelError(f"{name}: expected a shape of {list(size)}, found {list(tensor.shape)}.")


def _along(tensor: Tensor, order: Tensor) -> Tensor:
    """Positions `[B, T, ...]` in another `order` `[B, T]`."""
    index = order.view(*order.shape, *[1] * (tensor.ndim - 2)).expand(-1, -1, *tensor.shape[2:])
    return tensor.gather(1, index)
