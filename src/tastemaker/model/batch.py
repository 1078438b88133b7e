"""Rows of unequal length as tensors, padded on the right (training) or on the left (writing)."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tastemaker.model.layout import Row, TaskTargets


@dataclass(frozen=True)
class ItemTargets:
    """Items to be predicted from states; `at` indexes the flattened `[B * T]` states."""

    at: Tensor
    items: Tensor
    weights: Tensor


@dataclass(frozen=True)
class ScoreTargets:
    """Ratings or likes of items to be predicted from states."""

    at: Tensor
    items: Tensor
    values: Tensor


@dataclass(frozen=True)
class TextTargets:
    """Tokens to be predicted from states."""

    at: Tensor
    tokens: Tensor


@dataclass(frozen=True)
class LabelTargets:
    """Classes to be predicted from the states of a row up to a position, `[N]` of them in `at`."""

    at: Tensor
    values: Tensor
    """`[N, C]`, 1 where a class holds."""


Targets = ItemTargets | ScoreTargets | TextTargets | LabelTargets


@dataclass(frozen=True)
class Batch:
    """Inputs `[B, T]`; an item or action of 0 is absent, others are shifted by one; token 0 is `<none>`."""

    tokens: Tensor
    items: Tensor
    actions: Tensor
    targets: dict[str, dict[str, Targets]]
    """By task, then by kind: `items`, `rating`, `like`, `text`, or the name of a label set."""

    def histories(self, at: Tensor) -> Tensor:
        """Rows of the items `[N, T]` that stand up to positions `at` `[N]` of the flattened states; -1 elsewhere."""
        length = self.items.shape[1]
        is_past = torch.arange(length, device=at.device) <= (at % length).unsqueeze(1)
        return torch.where(is_past, self.items[at // length] - 1, -1)

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(
            self.tokens.to(device),
            self.items.to(device),
            self.actions.to(device),
            {
                task: {
                    kind: type(target)(*(tensor.to(device) for tensor in vars(target).values()))
                    for kind, target in kinds.items()
                }
                for task, kinds in self.targets.items()
            },
        )


def collate(rows: Sequence[Row]) -> Batch:
    """Pad rows on the right: under a causal mask no real position ever sees padding."""
    length = max(map(len, rows))
    inputs = torch.zeros(3, len(rows), length, dtype=torch.long)
    for index, row in enumerate(rows):
        inputs[:, index, : len(row)] = torch.from_numpy(row.inputs.T)
    tasks = sorted({task for row in rows for task in row.targets})
    targets = {
        task: _targets([(index * length, row.targets[task]) for index, row in enumerate(rows) if task in row.targets])
        for task in tasks
    }
    return Batch(inputs[0], inputs[1], inputs[2], targets)


def _targets(rows: Sequence[tuple[int, TaskTargets]]) -> dict[str, Targets]:
    """Concatenate one task's targets over rows, each with the offset of its row in the flattened states."""
    kinds: dict[str, Targets] = {}
    if any(row.items for _, row in rows):
        kinds["items"] = ItemTargets(
            _integers(offset + at for offset, row in rows for at in row.item_at),
            _integers(item for _, row in rows for item in row.items),
            torch.tensor([weight for _, row in rows for weight in row.item_weights]),
        )
    for kind in sorted({kind for _, row in rows for kind in row.score_at}):
        kinds[kind] = ScoreTargets(
            _integers(offset + at for offset, row in rows for at in row.score_at.get(kind, ())),
            _integers(item for _, row in rows for item in row.scored_items.get(kind, ())),
            torch.tensor([value for _, row in rows for value in row.score_values.get(kind, ())]),
        )
    if any(row.tokens for _, row in rows):
        kinds["text"] = TextTargets(
            _integers(offset + at for offset, row in rows for at in row.text_at),
            _integers(token for _, row in rows for token in row.tokens),
        )
    for name in sorted({name for _, row in rows for name in row.label_at}):
        having = [(offset, row) for offset, row in rows if name in row.label_at]
        kinds[name] = LabelTargets(
            _integers(offset + row.label_at[name] for offset, row in having),
            torch.tensor([row.label_values[name] for _, row in having]),
        )
    return kinds


def _integers(values: object) -> Tensor:
    return torch.tensor(list(values), dtype=torch.long)  # type: ignore[call-overload]
